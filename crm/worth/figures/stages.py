"""How far customers have come: the ladder, in its own words and in four; and who fell asleep on it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.dashboards.charts import Funnel, funnel
from crm.dashboards.charts import Stage as Rung
from crm.dashboards.dashboard import Figure, Question, Table
from crm.dashboards.tile_words import change_said, interval_said, points_said, rate_said
from crm.dashboards.ways import either, is_one, to_act, to_people
from crm.measures.intervals import Share
from crm.words.wording import number, percent
from crm.worth.census import Aspect, Count
from crm.worth.figures.night import HEEDS, as_of_said, night_of, people
from crm.worth.figures.shared import basis_said, share_said
from crm.worth.stages import IN_FOUR, FourStages, Stage

CAME_FAR = (Stage.LOYAL, Stage.RELATIONSHIP, Stage.SOLID)


def stages(question: Question) -> Figure | None:
    """Everybody stands on exactly one stage: they add up to all customers."""
    night = night_of(question)
    if night is None:
        return None
    rows = night.of(Aspect.STAGE)
    loyal, before = _loyal(rows), _loyal(night.of_before(Aspect.STAGE))
    asleep = is_one("customer.stage", Stage.ASLEEP)
    return Figure(
        title=_("How far customers have come"),
        value=share_said(loyal),
        small=_("are loyal or further"),
        basis=basis_said(loyal),
        change=change_said(loyal.against(before), lambda value: points_said(value, loyal.of), since=True),
        chart=None if loyal.is_few else _chart(rows),
        table=_table(rows),
        heeds=HEEDS,
        behind=[
            *to_people(
                question,
                _("Loyal and further"),
                either(*(is_one("customer.stage", stage) for stage in CAME_FAR)),
            ),
            *to_people(question, _("Asleep"), asleep),
        ],
        acts=to_act(question, _("Wake those who sleep"), asleep) if people(rows, Stage.ASLEEP) else (),
        definition=(
            _("Everybody stands on one stage, and all stages together are all customers."),
            _("Loyal: from three days of purchases. Relationship: from six. Solid base: ten in over a year."),
            _("Asleep after %(days)s days without a purchase, lost after twice as many.")
            % {"days": number(night.valuation.horizon_days)},
            _("In four words: %(four)s.") % {"four": _in_four(rows)},
            as_of_said(night, question),
        ),
    )


def _loyal(rows: list[Count]) -> Share:
    """Of those who bought at all."""
    bought = [row for row in rows if row.part != Stage.INTEREST]
    return Share(sum(people(bought, stage) for stage in CAME_FAR), people(bought))


def _chart(rows: list[Count]) -> Funnel:
    whole = people(rows)
    return funnel(
        name=_("Customers on each stage"),
        stages=[
            Rung(
                label=str(stage.label),
                count=people(rows, stage),
                words=f"{number(people(rows, stage))} · {percent(people(rows, stage) / whole, whole)}",
            )
            for stage in Stage
        ],
    )


def _table(rows: list[Count]) -> Table:
    whole = people(rows)
    return Table(
        head=(
            _("Stage"),
            _("In four words"),
            _("Customers"),
            _("Share"),
            _("95 %"),
            _("Days on it, median"),
        ),
        rows=[
            (
                stage.label,
                IN_FOUR[stage].label if stage in IN_FOUR else "",
                number(its.count),
                rate_said(its),
                interval_said(its),
                _days(rows, stage),
            )
            for stage in Stage
            for its in [Share(people(rows, stage), whole)]
        ],
    )


def _days(rows: list[Count], stage: Stage) -> str:
    found = next((row for row in rows if row.part == stage), None)
    return "" if found is None or found.days is None or found.customers < 30 else number(round(found.days))


def _in_four(rows: list[Count]) -> str:
    return ", ".join(
        f"{four.label}: {number(sum(people(rows, stage) for stage, its in IN_FOUR.items() if its == four))}"
        for four in FourStages
    )
