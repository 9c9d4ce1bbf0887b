"""Recency and frequency, five by five: who is where, and what they bring."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.dashboards.charts import HeatCell, heat_grid
from crm.dashboards.dashboard import Figure, Question, Table
from crm.dashboards.tile_words import interval_said, rate_said, whole_money
from crm.dashboards.ways import both, is_one, people_url, to_act, to_people
from crm.measures.intervals import FEWEST, Share
from crm.words.wording import number
from crm.worth.census import Aspect
from crm.worth.figures.night import HEEDS, as_of_said, latest_rows, night_of, people
from crm.worth.figures.shared import amount_in, basis_said, share_said

SCORES = (5, 4, 3, 2, 1)


def recency_and_frequency(question: Question) -> Figure | None:
    night = night_of(question)
    if night is None:
        return None
    rows = (
        night.of(Aspect.SCORES) if question.narrowed.segment else latest_rows(night.valuation, Aspect.SCORES)
    )
    whole = people(rows)
    if not whole:
        return None
    best = Share(people(rows, _part(5, 5)), whole)
    slipping = {"all": [_at_least("frequency", 4), _at_most("recency", 2)]}
    return Figure(
        title=_("Recency and frequency"),
        value=share_said(best),
        small=_("bought lately and often: five and five"),
        basis=basis_said(best),
        chart=None
        if whole < FEWEST
        else heat_grid(
            name=_("Customers by how lately and how often they bought"),
            head=[_("Buys often"), "", *(_("lately %(score)s") % {"score": n} for n in SCORES)],
            rows=[
                (
                    str(often),
                    "",
                    [
                        HeatCell(
                            words=number(count),
                            value=count,
                            url=people_url(question, _both(lately, often)) if count else "",
                        )
                        for lately in SCORES
                        for count in [people(rows, _part(lately, often))]
                    ],
                )
                for often in SCORES
            ],
        ),
        table=Table(
            head=(
                _("Lately"),
                _("Often"),
                _("Customers"),
                _("Share"),
                _("95 %"),
                _("Net revenue so far"),
            ),
            rows=[
                (
                    number(lately),
                    number(often),
                    number(its.count),
                    rate_said(its),
                    interval_said(its),
                    whole_money(amount_in(rows, _part(lately, often), night.currency), night.currency),
                )
                for lately in SCORES
                for often in SCORES
                for its in [Share(people(rows, _part(lately, often)), whole)]
            ],
        ),
        heeds=HEEDS,
        behind=to_people(question, _("Often, but not lately"), slipping),
        acts=to_act(question, _("Call back who bought often"), slipping),
        definition=(
            _(
                "From 1 to 5, by fifths of all customers: 5 bought lately, or often. Cut points hold for a month."
            ),
            _(
                "Where more than two in five bought once, often is counted by 1, 2, 4 and 8 days of purchases."
            ),
            as_of_said(night, question),
        ),
    )


def _part(lately: int, often: int) -> str:
    return f"{lately}-{often}"


def _both(lately: int, often: int) -> dict[str, object]:
    return both(is_one("customer.recency_score", lately), is_one("customer.frequency_score", often))


def _at_least(score: str, value: int) -> dict[str, object]:
    return {"field": f"customer.{score}_score", "op": "gte", "value": value}


def _at_most(score: str, value: int) -> dict[str, object]:
    return {"field": f"customer.{score}_score", "op": "lte", "value": value}
