"""Who may be lost, and why."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.dashboards.charts import Stage, funnel
from crm.dashboards.dashboard import Figure, Question, Table
from crm.dashboards.tile_words import change_said, interval_said, points_said, rate_said, whole_money
from crm.dashboards.ways import is_one, to_act, to_people
from crm.measures.intervals import Share
from crm.models import RiskLevel
from crm.words.wording import number
from crm.worth.census import Aspect, Count
from crm.worth.figures.night import HEEDS, as_of_said, night_of, people
from crm.worth.figures.shared import amount_in, basis_said, share_said

AT_RISK = (RiskLevel.RAISED, RiskLevel.HIGH)
ALIVE = (RiskLevel.LOW, *AT_RISK)


def at_risk(question: Question) -> Figure | None:
    night = night_of(question)
    if night is None:
        return None
    rows, reasons = night.of(Aspect.RISK), night.of(Aspect.REASON)
    now, before = _share(rows), _share(night.of_before(Aspect.RISK))
    high, raised = (is_one("customer.risk", level) for level in (RiskLevel.HIGH, RiskLevel.RAISED))
    return Figure(
        title=_("Customers at risk"),
        value=share_said(now),
        basis=basis_said(now),
        change=change_said(
            now.against(before), lambda value: points_said(value, now.of), since=True, rise_is_good=False
        ),
        chart=None
        if now.is_few or not reasons
        else funnel(
            name=_("Why they are at risk"),
            stages=[
                Stage(label=words, count=people(reasons, code), words=number(people(reasons, code)))
                for code, words in _reasons().items()
                if people(reasons, code)
            ],
        ),
        table=Table(
            head=(_("Risk"), _("Customers"), _("Share"), _("95 %"), _("Net revenue so far")),
            rows=[
                (
                    level.label,
                    number(its.count),
                    rate_said(its),
                    interval_said(its),
                    whole_money(amount_in(rows, level, night.currency), night.currency),
                )
                for level in (*ALIVE, RiskLevel.GONE)
                for its in [Share(people(rows, level), people(rows) - people(rows, RiskLevel.NONE))]
            ],
        ),
        heeds=HEEDS,
        behind=[
            *to_people(question, _("High risk"), high),
            *to_people(question, _("Raised risk"), raised),
        ],
        acts=to_act(question, _("Keep those at high risk"), high) if people(rows, RiskLevel.HIGH) else (),
        definition=(
            _(
                "High: silent. Raised: late, buys less often than before, few purchases to come, many returns."
            ),
            _("Of customers who bought within the last %(days)s days. One person can have several reasons.")
            % {"days": number(night.valuation.horizon_days)},
            as_of_said(night, question),
        ),
    )


def _reasons() -> dict[str, str]:
    return {
        "silent": _("Silent for longer than usual"),
        "late": _("Later than usual"),
        "slower": _("Buys less often than before"),
        "few_expected": _("Few purchases to come"),
        "returns": _("Brings much back"),
    }


def _share(rows: list[Count]) -> Share:
    alive = [row for row in rows if row.part in ALIVE]
    return Share(sum(people(alive, level) for level in AT_RISK), people(alive))
