"""“You said, we did”: exactly those whose feedback was gathered hear what was changed, each once, if they may."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.messages import notifying
from crm.messages.notifying import language_of
from crm.models import Customer
from crm.people.same_person import ids_by, lock_person
from crm.words.plain_text import plain
from surveys.models import Feedback, Issue, IssueTold

SOURCE, NOTICE = "issue", "issue_changed"
LONGEST = 1000
# So many are told at a time, and so many are looked at before.
CHUNK, MOST_FORESEEN = 50, 200
# Whose feedback is gathered later hears of it too, so long.
GOES_ON = timedelta(days=2)
State = Issue.State


class NothingToTell(Refusal):
    code = "nothing-to-tell"
    title = _("Say first what was changed, in every language of your customers.")
    status = 422


class NotChangedYet(Refusal):
    code = "not-changed-yet"
    title = _("Nothing was changed yet: a step of the plan must be done first.")


@dataclass(frozen=True, kw_only=True)
class Foresight:
    """Of `people`, the first `looked_at`: how many would be told by which channel, and why others would not."""

    people: int
    looked_at: int
    by_channel: Mapping[str, int]
    why_not: Mapping[str, int]

    @property
    def reached(self) -> int:
        return sum(self.by_channel.values())

    @property
    def not_reached(self) -> int:
        return sum(self.why_not.values())


@transaction.atomic
def say(issue: Issue, *, words: Mapping[str, str]) -> Issue:
    """Keep what is told to customers, by language. Locks the issue's row."""
    locked = Issue.objects.select_for_update().get(pk=issue.pk)
    locked.done = {code: text for code, said in words.items() if (text := plain(said)[:LONGEST])}
    locked.save(update_fields=["done"])
    return locked


def foresee(issue: Issue, *, at: datetime) -> Foresight:
    """What telling would do now, of those who were not told yet. Locks nothing."""
    left = _left(issue)
    by_channel: Counter[str] = Counter()
    why_not: Counter[str] = Counter()
    for person in left[:MOST_FORESEEN]:
        its = notifying.foresee(person, NOTICE, at=at)
        if its.why_not:
            why_not[its.why_not] += 1
        else:
            by_channel[its.channel] += 1
    return Foresight(
        people=len(left), looked_at=min(len(left), MOST_FORESEEN), by_channel=by_channel, why_not=why_not
    )


def tell(issue: Issue, *, at: datetime) -> int:
    """Let it out, and tell the first of them; the others follow (`go_on`). How many were seen to.

    Again: only those who were not told yet.

    Raises:
        NothingToTell, NotChangedYet: nobody is told.
    """
    _let_out(issue, at=at)
    return _tell_some(issue, at=at)


def go_on(*, at: datetime) -> int:
    """Tell the others of what was let out lately; how many were seen to. May run beside itself."""
    let_out = Issue.objects.filter(told_at__gt=at - GOES_ON).order_by("told_at")
    return sum(_tell_some(issue, at=at) for issue in let_out)


@transaction.atomic
def _let_out(issue: Issue, *, at: datetime) -> None:
    locked = Issue.objects.select_for_update().get(pk=issue.pk)
    if locked.state not in (State.ACTING, State.CLOSED):
        raise NotChangedYet
    missing = {language_of(person) for person in _left(locked)[:MOST_FORESEEN]} - set(locked.done)
    if not locked.done or missing:
        raise NothingToTell
    locked.told_at = at
    locked.save(update_fields=["told_at"])


def _left(issue: Issue) -> list[Customer]:
    """Whose feedback stands under it and who was neither told nor found unreachable."""
    said = Feedback.objects.filter(issue=issue, customer=OuterRef("pk"))
    told = IssueTold.objects.filter(issue=issue, customer=OuterRef("pk"))
    return list(Customer.objects.filter(Exists(said)).exclude(Exists(told)).order_by("pk"))


def _tell_some(issue: Issue, *, at: datetime) -> int:
    return sum(_tell(issue, person, at=at) for person in _left(issue)[:CHUNK])


@transaction.atomic
def _tell(issue: Issue, customer: Customer, *, at: datetime) -> bool:
    """Once per person, under whatever ids they spoke. Locks their row."""
    person = lock_person(customer.pk)
    if IssueTold.objects.filter(issue=issue, customer__in=ids_by(person.pk)).exists():
        # Another id of theirs was told: it stands for this one too.
        IssueTold.objects.get_or_create(
            issue=issue, customer=customer, defaults={"at": at, "why_not": "told-already"}
        )
        return False
    language = language_of(person)
    told = notifying.notify(
        person,
        NOTICE,
        figures={"change.words": issue.done.get(language) or next(iter(issue.done.values()))},
        source=SOURCE,
        source_id=f"{issue.pk}:{person.pk}",
        at=at,
    )
    IssueTold.objects.create(
        issue=issue, customer=customer, message=told.message, why_not=told.why_not or "", at=at
    )
    return True
