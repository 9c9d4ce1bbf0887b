"""Surveys that ask by themselves: so long after something happened, where it is still so when the moment comes."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from django.db import transaction
from django.db.models import Model

from crm import company, rules
from crm.models import TimelineEntry
from crm.reactions import describe
from surveys.asking.inviting import Reason, invite, skip
from surveys.asking.occasions import CUSTOMER, occasion_of, subject_of
from surveys.models import Invitation, PlannedAsk, Skip, SurveyVersion, Trigger

log = logging.getLogger(__name__)

SOURCE = "surveys.trigger"
# Whoever is asked later than this does not know any more what it is about.
LATEST = timedelta(days=7)
AT_ONCE = 200
# What cannot be asked now is tried again, and at last skipped as too late.
TRIES_AGAIN_AFTER = timedelta(hours=1)


def plan(entries: Sequence[TimelineEntry]) -> int:
    """Something happened that triggers wait for: plan to ask, once per trigger and entry. Answers how many."""
    triggers = _waiting_for({entry.kind for entry in entries})
    asks = [
        PlannedAsk(
            trigger=trigger,
            entry=entry,
            customer_id=entry.customer_id,
            due_at=entry.occurred_at + trigger.delay,
        )
        for entry in entries
        for trigger in triggers
        if entry.customer_id and trigger.fact == entry.kind and not _is_over(trigger, entry.recorded_at)
    ]
    PlannedAsk.objects.bulk_create(asks, ignore_conflicts=True)
    return len(asks)


def ask_due(*, at: datetime) -> int:
    """Ask those whose moment has come, at most AT_ONCE; how many were settled. May run beside itself."""
    return sum(1 for _n in takewhile(lambda _n: ask_next(at=at), range(AT_ONCE)))


@transaction.atomic
def ask_next(*, at: datetime) -> bool:
    """Ask the next one, or note why not; False: there is none that nobody else is at. Locks the plan, as `invite` then.

    One that fails does not hold up the others: it is tried again later.
    """
    rows = PlannedAsk.objects.due(at).select_for_update(skip_locked=True, of=("self",))
    its = rows.select_related("trigger__survey", "entry__shop", "customer").order_by("due_at", "pk").first()
    if its is None:
        return False
    try:
        with transaction.atomic():
            _ask(its, at=at)
        its.done_at = at
    except Exception as error:  # noqa: BLE001 - whatever went wrong with one, the others are asked
        log.warning("asking failed", extra={"planned": its.pk, "error": describe(error)})
        its.due_at = at + TRIES_AGAIN_AFTER
    its.save(update_fields=["done_at", "due_at"])
    return True


def _ask(planned: PlannedAsk, *, at: datetime) -> Invitation | Skip:
    trigger, subject = planned.trigger, subject_of(planned.entry)
    occasion: dict[str, Any] = {
        "customer": planned.customer,
        "source": SOURCE,
        "source_id": f"{trigger.pk}:{planned.entry_id}",
        "at": at,
        "probability": trigger.probability,
    }
    version = SurveyVersion.objects.filter(survey=trigger.survey_id, state="published").first()
    reason = _why_not(planned, version, subject, at=at)
    if reason or version is None:
        return skip(trigger.survey, reason=reason, **occasion)
    version.survey = trigger.survey
    return invite(version, about=subject, trigger=trigger, shop=planned.entry.shop, **occasion)


def _why_not(
    planned: PlannedAsk, version: SurveyVersion | None, subject: Model | None, *, at: datetime
) -> str:
    """Empty: nothing is known against it so far."""
    if version is None or _is_over(planned.trigger, at):
        return Reason.ENDED
    if planned.customer.erased_at:
        return Reason.ERASED
    if at > planned.entry.occurred_at + planned.trigger.delay + LATEST:
        return Reason.TOO_LATE
    return "" if _holds(planned, subject, at=at) else Reason.CONDITION


def _holds(planned: PlannedAsk, subject: Model | None, *, at: datetime) -> bool:
    occasion = occasion_of(planned.trigger.fact)
    if occasion is None or not occasion.stands(planned.entry, subject):
        return False
    if not planned.trigger.conditions:
        return True
    about = planned.customer if occasion.root == CUSTOMER else subject
    clock = company.current().clock
    return about is not None and rules.holds(
        planned.trigger.conditions, occasion.root, about, at=at, clock=clock
    )


def _waiting_for(kinds: Collection[str]) -> list[Trigger]:
    return list(Trigger.objects.filter(fact__in=kinds)) if kinds else []


def _is_over(trigger: Trigger, at: datetime) -> bool:
    return trigger.ended_at is not None and trigger.ended_at <= at
