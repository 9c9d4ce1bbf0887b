"""What «Липа» did for many at once: calls whose effect is known by now, and a plan that waits to be begun."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from crm.campaigns import drafting, measuring, running, starting
from crm.campaigns.drafting import PlanTold, Told
from crm.campaigns.playbooks import playbook_named
from crm.colleagues import tasking
from crm.demo.company import Stage
from crm.models import Campaign, CustomerFigures, Task

CALLED = "Обаждане до най-добрите ни клиенти"
TO_BEGIN = "Звездите, които замлъкват: лична благодарност"
DAYS_AGO, DAYS_MEASURED = timedelta(days=40), 30
# So few that nobody else has to agree, and enough for two sides that can be compared.
PEOPLE, HELD_OUT = 150, Decimal("0.4")


def tell(stage: Stage, *, now: datetime) -> None:
    """Once: what stands already is left as it is."""
    standing = set(Campaign.objects.values_list("name", flat=True))
    if CALLED not in standing:
        _called(stage, at=now - DAYS_AGO, now=now)
    if TO_BEGIN not in standing:
        _to_begin(stage, now=now)


def _called(stage: Stage, *, at: datetime, now: datetime) -> None:
    told = Told(
        name=CALLED,
        kind="task",
        terms={"title": "Обади се и благодари", "owners": [stage.agent.pk], "due_days": 5},
        conditions=_best(PEOPLE),
        hold_out=HELD_OUT,
        horizon_days=DAYS_MEASURED,
    )
    campaign = starting.ask(drafting.draft(told, by=stage.manager, at=at), by=stage.manager, at=at)
    running.run(campaign, clock=lambda: at)
    done_at = at + timedelta(days=2)
    for task in Task.objects.open().filter(source="campaign").order_by("pk"):
        tasking.complete(task, outcome=Task.Outcome.DONE, by=stage.agent, at=done_at)
    measuring.measure(campaign, at=now)


def _to_begin(stage: Stage, *, now: datetime) -> None:
    playbook = playbook_named("star")
    if playbook is None:
        return
    told = Told(
        name=TO_BEGIN,
        kind="task",
        terms={
            "title": "Обади се, благодари и покани на дегустацията",
            "owners": [stage.agent.pk, stage.manager.pk],
            "due_days": 7,
        },
        conditions=playbook.conditions,
        hold_out=Decimal("0.2"),
        plan=PlanTold(owner=stage.manager, due_on=(now + timedelta(days=5)).date(), playbook=playbook.name),
    )
    drafting.draft(told, by=stage.manager, at=now)


def _best(many: int) -> dict[str, Any]:
    """Whoever brought most, in the conditions' own words."""
    figures = CustomerFigures.objects.filter(customer__erased_at=None, customer__merged_into=None)
    amounts = figures.order_by("-net_revenue").values_list("net_revenue", flat=True)[:many]
    least = min(amounts, default=Decimal(0))
    return {"field": "customer.net_revenue", "op": "gte", "value": format(least, "f")}
