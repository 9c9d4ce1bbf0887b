"""Which answers a figure counts, as a page's address and an issue keep it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm import company, rules
from crm.among import Among
from crm.errors import Fault, Refusal
from crm.models import Customer
from surveys.models import Answer, SurveyVersion
from surveys.questions import ASPECTS
from surveys.scores import MEASURES, Counts, Measure, Score, turned

LONGEST_WORD = 60


class UnusableFigure(Refusal):
    code = "unusable-figure"
    title = _("There is no such figure.")
    status = 422


@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """`aspect`: what people were asked about, empty for all of it: of CSAT alone. `asks_how_hard`: of CES alone.

    `survey`: its short name; empty is every survey that is not anonymous. `who`: conditions about the customer.
    """

    measure: str = "nps"
    survey: str = ""
    aspect: str = ""
    asks_how_hard: bool = False
    shop: int | None = None
    channel: str = ""
    tier: str = ""
    language: str = ""
    agent: int | None = None
    wave: int | None = None
    who: Mapping[str, Any] = field(default_factory=dict)

    @property
    def its_measure(self) -> Measure:
        return MEASURES[self.measure]

    def score(self, counts: Counts) -> Score | None:
        """None: no answers."""
        return self.its_measure.score(counts)

    def as_asked(self, counts: Counts) -> Counts:
        """Answers to “how hard” are turned round."""
        its = self.its_measure
        return turned(counts, low=its.low, high=its.high) if self.asks_how_hard else counts


def read(told: Mapping[str, Any]) -> Narrowed:
    """As an issue or an address keeps it.

    Raises:
        UnusableFigure: with a pointer to each place that is wrong.
    """
    known = {one.name for one in fields(Narrowed)}
    faults = [
        *(Fault(pointer=f"/{name}", detail=_("There is no such field.")) for name in told.keys() - known),
        *(
            Fault(pointer=f"/{name}", detail=_("It is not among those that can be chosen."))
            for name in known & told.keys()
            if not _READ[name](told[name])
        ),
    ]
    if faults:
        raise UnusableFigure(*faults)
    return Narrowed(**told)


def write(narrowed: Narrowed) -> dict[str, Any]:
    """What is not narrowed is left out."""
    return {name: value for name, value in asdict(narrowed).items() if value or name == "measure"}


def answers(narrowed: Narrowed, *, since: datetime, until: datetime, at: datetime) -> QuerySet[Answer]:
    """Those from `since` until just before `until`.

    Raises:
        UnusableConditions: `who` is no condition about customers.
    """
    return of_its_aspect(of_every_aspect(narrowed, since=since, until=until, at=at), narrowed)


def of_every_aspect(
    narrowed: Narrowed, *, since: datetime, until: datetime, at: datetime
) -> QuerySet[Answer]:
    return at_any_time(narrowed, at=at).filter(answered_at__gte=since, answered_at__lt=until)


def at_any_time(narrowed: Narrowed, *, at: datetime) -> QuerySet[Answer]:
    """Of every aspect."""
    direction = -1 if narrowed.asks_how_hard else 1
    its = Answer.objects.filter(kind=narrowed.measure, value__isnull=False, direction=direction)
    return of_those(its, narrowed, at=at)


def of_its_aspect(its: QuerySet[Answer], narrowed: Narrowed) -> QuerySet[Answer]:
    return its.filter(aspect=narrowed.aspect) if narrowed.measure == "csat" else its


def versions(narrowed: Narrowed) -> QuerySet[SurveyVersion]:
    """Of what people were asked. Anonymous answers are counted where their survey is chosen by itself."""
    if narrowed.survey:
        return SurveyVersion.objects.filter(survey__slug=narrowed.survey)
    return SurveyVersion.objects.filter(survey__is_anonymous=False)


def of_those(its: QuerySet[Answer], narrowed: Narrowed, *, at: datetime) -> QuerySet[Answer]:
    """Narrowed by who answered, where and to what."""
    its = _of_what_was_asked(its, narrowed)
    return its.filter(customer__in=people(narrowed, at=at)) if narrowed.who else its


def few_of_those(its: QuerySet[Answer], narrowed: Narrowed, *, at: datetime) -> QuerySet[Answer]:
    """As `of_those`, for the first few in an order: the conditions are asked of each in turn, not of everybody."""
    its = _of_what_was_asked(its, narrowed)
    if not narrowed.who:
        return its
    among_them = Exists(people(narrowed, at=at).filter(pk=OuterRef("customer")))
    # In a function of its own the planner cannot turn it into a join, for which it would sort all of them first.
    return its.filter(Coalesce(among_them, Value(False)))


def _of_what_was_asked(its: QuerySet[Answer], narrowed: Narrowed) -> QuerySet[Answer]:
    its = its.filter(Among("version", versions(narrowed).values_list("pk", flat=True)))
    for name, column in _COLUMNS.items():
        if value := getattr(narrowed, name):
            its = its.filter(**{column: value})
    return its


def people(narrowed: Narrowed, *, at: datetime) -> QuerySet[Any]:
    """The customers for whom the conditions hold, as a subquery.

    Raises:
        UnusableConditions: they are none about customers.
    """
    holds = rules.where(narrowed.who, "customer", at=at, clock=company.current().clock)
    return Customer.objects.filter(holds).values("pk")


_COLUMNS = {
    "shop": "shop",
    "channel": "channel",
    "tier": "tier",
    "language": "language",
    "agent": "agent_id",
    "wave": "response__invitation__wave",
}

# By what a figure can be divided: name → its words, and the column.
DIVIDED: Mapping[str, tuple[str | Promise, str]] = {
    "survey": (_("Survey"), "version__survey"),
    "aspect": (_("Aspect"), "aspect"),
    "shop": (_("Shop"), "shop"),
    "tier": (_("Tier"), "tier"),
    "channel": (_("Channel"), "channel"),
    "agent": (_("Colleague"), "agent_id"),
    "wave": (_("Wave"), "response__invitation__wave"),
    "language": (_("Language"), "language"),
}
ALL_OF_IT = pgettext_lazy("aspect", "all of it")


def _word(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_WORD


def _number(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63)


_READ: Mapping[str, Callable[[Any], bool]] = {
    "measure": lambda value: isinstance(value, str) and value in MEASURES,
    "survey": _word,
    "aspect": lambda value: value == "" or (isinstance(value, str) and value in ASPECTS),
    "asks_how_hard": lambda value: isinstance(value, bool),
    "shop": _number,
    "channel": _word,
    "tier": _word,
    "language": _word,
    "agent": _number,
    "wave": _number,
    "who": lambda value: isinstance(value, Mapping),
}
