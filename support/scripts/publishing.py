"""A version of a script on its way: drafted, handed in, approved by another person, published, retired.

Every verb locks the script's row, then the version's. Who did what and when stands in the version itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import User
from crm.words.plain_text import plain
from support.models import Script, ScriptVersion
from support.scripts import checking, content
from support.scripts.content import LANGUAGES

MAY_WRITE = "support.change_script"
MAY_PUBLISH = "support.publish_script"
LONGEST_REMARKS = 2000

State = ScriptVersion.State
IN_WORK = (State.DRAFT, State.IN_REVIEW, State.APPROVED)


class NoScriptDraft(Refusal):
    code = "no-script-draft"
    title = _("This version is no draft: it was handed in or thrown away meanwhile.")


class ScriptDraftChanged(Refusal):
    code = "script-draft-changed"
    title = _("Somebody else changed this draft since you opened it. Look at it again.")


class ScriptNotInReview(Refusal):
    code = "script-not-in-review"
    title = _("This version does not wait for a review.")


class OwnScript(Refusal):
    code = "own-script"
    title = _("Whoever wrote a script or handed it in cannot approve it. Ask another person.")
    status = 403


class NoRemarks(Refusal):
    code = "script-sent-back-without-remarks"
    title = _("Say in a few words what is to be changed.")
    status = 422


class ScriptNotApproved(Refusal):
    code = "script-not-approved"
    title = _("Only a version that another person approved can be published.")


class NothingPublished(Refusal):
    code = "no-published-script"
    title = _("This script has no published version.")


def in_work(script: Script) -> ScriptVersion | None:
    """The version that is being made, if there is one. One query."""
    return script.versions.filter(state__in=IN_WORK).select_related("written_by", "submitted_by").first()


def published(script: Script) -> ScriptVersion | None:
    """What colleagues play, if there is anything. One query."""
    return script.versions.filter(state=State.PUBLISHED).first()


@transaction.atomic
def begin(script: Script, *, by: User | None, at: datetime) -> ScriptVersion:
    """The version that is being made; else a draft that begins as what is played. Repeating it changes nothing."""
    _lock(script)
    if standing := in_work(script):
        return standing
    latest = script.versions.order_by("-number").first()
    played = published(script) or latest
    return ScriptVersion.objects.create(
        script=script,
        number=latest.number + 1 if latest else 1,
        content=played.content if played else {"start": "", "steps": []},
        waived_languages=played.waived_languages if played else [],
        written_by=by,
        written_at=at,
    )


@transaction.atomic
def write(
    version: ScriptVersion,
    *,
    tree: Any,
    by: User | None,
    at: datetime,
    waived: Collection[str] | None = None,
    seen: str | None = None,
) -> ScriptVersion:
    """Let the draft say this. The same again changes nothing. `seen`: the digest of what the writer had before them.

    Raises:
        UnusableScript: it is no tree of steps; an unfinished one is kept.
        NoScriptDraft, ScriptDraftChanged: nothing is kept.
    """
    draft = _locked(version)
    if draft.state != State.DRAFT:
        raise NoScriptDraft
    if seen is not None and seen != digest(draft):
        raise ScriptDraftChanged
    before = digest(draft)
    draft.content = content.write(content.read(tree))
    if waived is not None:
        draft.waived_languages = [language for language in LANGUAGES if language in waived]
    if digest(draft) != before:
        draft.written_by, draft.written_at = by, at
        draft.save(update_fields=["content", "waived_languages", "written_by", "written_at"])
    return draft


@transaction.atomic
def throw_away(version: ScriptVersion) -> None:
    """As if the draft had never been written. One that is gone already stays gone.

    Raises:
        NoScriptDraft: it was handed in.
    """
    _lock(version.script)
    draft = ScriptVersion.objects.select_for_update().filter(pk=version.pk).first()
    if draft is None:
        return
    if draft.state != State.DRAFT:
        raise NoScriptDraft
    draft.delete()


@transaction.atomic
def submit(version: ScriptVersion, *, by: User, at: datetime) -> ScriptVersion:
    """Hand the draft in for another person to judge. Handed in already: nothing changes.

    Raises:
        UnusableScript: with every fault.
        NoScriptDraft: it is past that.
    """
    draft = _locked(version)
    if draft.state == State.IN_REVIEW:
        return draft
    if draft.state != State.DRAFT:
        raise NoScriptDraft
    checking.check(draft.content, waived=draft.waived_languages)
    draft.state, draft.submitted_by, draft.submitted_at = State.IN_REVIEW, by, at
    draft.content_hash, draft.remarks = digest(draft), ""
    draft.save(update_fields=["state", "submitted_by", "submitted_at", "content_hash", "remarks"])
    return draft


@transaction.atomic
def send_back(version: ScriptVersion, *, remarks: str, by: User, at: datetime) -> ScriptVersion:
    """Let it be written on: what is to change stands in the draft. Whoever handed it in may take it back like this.

    Raises:
        NoRemarks, ScriptNotInReview: it stays where it is.
    """
    words = plain(remarks).strip()[:LONGEST_REMARKS]
    if not words:
        raise NoRemarks
    its = _locked(version)
    if its.state == State.DRAFT and its.remarks == words:
        return its
    if its.state not in (State.IN_REVIEW, State.APPROVED):
        raise ScriptNotInReview
    its.state, its.content_hash, its.remarks = State.DRAFT, "", words
    its.sent_back_by, its.sent_back_at = by, at
    its.submitted_by = its.submitted_at = its.approved_by = its.approved_at = None
    its.save()
    return its


@transaction.atomic
def approve(version: ScriptVersion, *, by: User, at: datetime) -> ScriptVersion:
    """Say that it may be played. Approved already: nothing changes.

    Raises:
        OwnScript, ScriptNotInReview: it stays where it is.
        UnusableScript: what it names (a team, a topic) is gone since it was handed in.
    """
    its = _locked(version)
    if its.state == State.APPROVED:
        return its
    if its.state != State.IN_REVIEW:
        raise ScriptNotInReview
    if by.pk in (its.submitted_by_id, its.written_by_id):
        raise OwnScript
    checking.check(its.content, waived=its.waived_languages)
    its.state, its.approved_by, its.approved_at = State.APPROVED, by, at
    its.save(update_fields=["state", "approved_by", "approved_at"])
    return its


@transaction.atomic
def publish(version: ScriptVersion, *, by: User, at: datetime) -> ScriptVersion:
    """Let colleagues play it from now on, instead of the one before. Published already: nothing changes.

    Raises:
        ScriptNotApproved: nothing changes.
        UnusableScript: what it names is gone since it was approved.
    """
    its = _locked(version)
    if its.state == State.PUBLISHED:
        return its
    if its.state != State.APPROVED:
        raise ScriptNotApproved
    checking.check(its.content, waived=its.waived_languages)
    _retire(its.script, by, at)
    its.state, its.published_by, its.published_at = State.PUBLISHED, by, at
    its.save(update_fields=["state", "published_by", "published_at"])
    return its


@transaction.atomic
def retire(script: Script, *, by: User, at: datetime) -> None:
    """Let nobody begin it any more; who plays it now comes to its end. Retired already: nothing changes.

    Raises:
        NothingPublished: it was never played.
    """
    _lock(script)
    if not _retire(script, by, at) and not script.versions.filter(state=State.RETIRED).exists():
        raise NothingPublished


def digest(version: ScriptVersion) -> str:
    """SHA-256 of everything that the version says."""
    told = {"content": version.content, "waived": version.waived_languages}
    kept = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(kept.encode()).hexdigest()


def history(script: Script) -> Sequence[ScriptVersion]:
    """The latest versions, newest first. One query."""
    people = ("written_by", "submitted_by", "approved_by", "published_by", "sent_back_by", "retired_by")
    return list(script.versions.select_related(*people).order_by("-number")[:30])


def _lock(script: Script) -> None:
    Script.objects.select_for_update(no_key=True).get(pk=script.pk)


def _locked(version: ScriptVersion) -> ScriptVersion:
    """Raises NoScriptDraft: it was thrown away."""
    _lock(version.script)
    standing = ScriptVersion.objects.select_for_update().filter(pk=version.pk).first()
    if standing is None:
        raise NoScriptDraft
    return standing


def _retire(script: Script, by: User, at: datetime) -> int:
    played = script.versions.filter(state=State.PUBLISHED)
    return played.update(state=State.RETIRED, retired_by=by, retired_at=at)
