"""How far a customer has come with the company: a state machine over days of purchases. Pure.

Nobody is carried there by hand: each day of purchases, and each day on which they have been silent for too long, moves
a person on, so the whole way can be told again from the days alone. Exactly one stage holds on each day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# With so many days of purchases one is loyal, and with so many over a year and more, a base to build on.
EVALUATES, LOYAL, RELATED, SOLID = 2, 3, 6, 10
TENURE = timedelta(days=365)
# Lost: so many horizons without a purchase. After one, asleep.
LOST_AFTER = 2


class Stage(models.TextChoices):
    INTEREST = "interest", pgettext_lazy("stage", "Interest")
    FIRST = "first", pgettext_lazy("stage", "First purchase")
    EVALUATION = "evaluation", pgettext_lazy("stage", "Evaluation")
    LOYAL = "loyal", pgettext_lazy("stage", "Loyal")
    RELATIONSHIP = "relationship", pgettext_lazy("stage", "Relationship")
    SOLID = "solid", pgettext_lazy("stage", "Solid base")
    ASLEEP = "asleep", pgettext_lazy("stage", "Asleep")
    LOST = "lost", pgettext_lazy("stage", "Lost")


LADDER = (Stage.INTEREST, Stage.FIRST, Stage.EVALUATION, Stage.LOYAL, Stage.RELATIONSHIP, Stage.SOLID)


class FourStages(models.TextChoices):
    """The ladder told in four words."""

    INTEREST = "interest", pgettext_lazy("stage", "Interest")
    EXPERIENCE = "experience", _("First experience")
    RETENTION = "retention", _("Retention")
    ADVOCACY = "advocacy", _("Advocacy")


IN_FOUR: Mapping[Stage, FourStages] = {
    Stage.INTEREST: FourStages.INTEREST,
    Stage.FIRST: FourStages.EXPERIENCE,
    Stage.EVALUATION: FourStages.EXPERIENCE,
    Stage.LOYAL: FourStages.RETENTION,
    Stage.RELATIONSHIP: FourStages.RETENTION,
    Stage.SOLID: FourStages.ADVOCACY,
}


@dataclass(frozen=True)
class Step:
    """From this day on, the stage holds."""

    on: date
    stage: Stage


def may_follow(before: Stage, after: Stage) -> bool:
    """Up the ladder as far as the purchases carry; down it only through sleep. Whoever is lost was asleep."""
    if after == Stage.ASLEEP:
        return before in LADDER[1:]
    if after == Stage.LOST:
        return before == Stage.ASLEEP
    if before in (Stage.ASLEEP, Stage.LOST):
        return after in LADDER[1:]
    return LADDER.index(after) > LADDER.index(before)


def way(days: Collection[date], *, known_on: date, horizon_days: int, until: date) -> list[Step]:
    """The stages of somebody who bought on these days, each with its first day, up to and including `until`."""
    bought = sorted({day for day in days if day <= until})
    steps = [Step(min([known_on, *bought[:1]]), Stage.INTEREST)]
    for count, day in enumerate(bought, start=1):
        steps += _silence(bought[count - 2] if count > 1 else None, until=day, horizon_days=horizon_days)
        steps.append(Step(day, awake(count, tenure=day - bought[0])))
    if bought:
        steps += _silence(bought[-1], until=until + timedelta(days=1), horizon_days=horizon_days)
    return _without_repeats(steps)


def awake(purchase_days: int, *, tenure: timedelta) -> Stage:
    """The stage of who bought on so many days, with so much time from the first to the latest."""
    if purchase_days >= SOLID and tenure >= TENURE:
        return Stage.SOLID
    if purchase_days >= RELATED:
        return Stage.RELATIONSHIP
    if purchase_days >= LOYAL:
        return Stage.LOYAL
    return LADDER[min(purchase_days, EVALUATES)]


def _silence(last: date | None, *, until: date, horizon_days: int) -> list[Step]:
    """Falling asleep and being lost, as far as that comes before the day `until`."""
    if last is None:
        return []
    steps = [
        Step(last + timedelta(days=horizon_days + 1), Stage.ASLEEP),
        Step(last + timedelta(days=LOST_AFTER * horizon_days + 1), Stage.LOST),
    ]
    return [step for step in steps if step.on < until]


def _without_repeats(steps: Sequence[Step]) -> list[Step]:
    """One stage a day, the last of it, and each only where it begins."""
    by_day = [list(of_day)[-1] for _day, of_day in groupby(steps, key=lambda step: step.on)]
    return [next(of_stage) for _stage, of_stage in groupby(by_day, key=lambda step: step.stage)]
