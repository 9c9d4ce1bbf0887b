"""It is over: one answer to all who asked, and one word to all who were told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from crm.models import User
from crm.notices.base import Words
from support.incidents import announcing, drafting
from support.incidents.drafting import Kind
from support.incidents.errors import NotGoingOn, NoticeAtWork
from support.models import Incident, IncidentNotice


@transaction.atomic
def prepare(incident: Incident, *, by: User | None, at: datetime) -> IncidentNotice:
    """The last notice, begun with the words of the house; a draft of another one becomes it. Locks the incident's row.

    Raises:
        NotGoingOn: it was never announced, or is over.
    """
    locked = drafting.hold(incident)
    if not locked.is_going_on:
        raise NotGoingOn
    notice = drafting.notice_of(locked, by=by, at=at, kind=Kind.RESOLVED)
    if notice.kind != Kind.RESOLVED:
        notice.kind, notice.texts, notice.moved_at = Kind.RESOLVED, drafting.beginning(Kind.RESOLVED), at
        notice.save(update_fields=["kind", "texts", "moved_at"])
    return notice


@transaction.atomic
def resolve(
    incident: Incident, *, by: User | None, at: datetime, texts: Mapping[str, Words] | None = None
) -> IncidentNotice:
    """End it, and let everybody know who was told or asked. `announcing.run` does the work. Locks the incident's row.

    What was written of it and was not sent yet is not sent any more; whoever hears nothing of it has nothing to forget.

    Raises:
        NotGoingOn, NoticeAtWork, UnfinishedWords: nothing is changed.
    """
    locked = drafting.hold(incident)
    if locked.notices.filter(state__in=IncidentNotice.AT_WORK).exists():
        raise NoticeAtWork
    notice = prepare(locked, by=by, at=at)
    if texts is not None:
        notice = drafting.write(notice, texts=texts, at=at)
    return announcing.let_out(notice, by=by, at=at)
