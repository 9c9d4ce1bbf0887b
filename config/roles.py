"""What each role may do, as Django groups. `manage.py sync_roles` makes the groups say exactly this, after migrate."""

from __future__ import annotations

from collections.abc import Iterator

LOOK = ("view",)
WORK = ("view", "add", "change")
ALL = ("view", "add", "change", "delete")

# Role → model → what one may do with it. Nobody deletes customers or orders: erasure is an action of its own.
ROLES: dict[str, dict[str, tuple[str, ...]]] = {
    "agent": {
        "crm.customer": WORK,
        "crm.identity": WORK,
        "crm.address": ALL,
        "crm.company": WORK,
        "crm.companyperson": ALL,
        "crm.timelineentry": LOOK,
        "crm.order": LOOK,
        "crm.shipment": LOOK,
        "crm.return": LOOK,
        "crm.product": LOOK,
        "crm.offering": LOOK,
        "crm.shop": LOOK,
        "crm.task": WORK,
    },
    "manager": {
        "crm.customer": WORK,
        "crm.identity": WORK,
        "crm.address": ALL,
        "crm.company": WORK,
        "crm.companyperson": ALL,
        "crm.timelineentry": LOOK,
        "crm.order": LOOK,
        "crm.shipment": LOOK,
        "crm.return": LOOK,
        "crm.category": ALL,
        "crm.product": WORK,
        "crm.offering": WORK,
        "crm.shop": WORK,
        "crm.importjob": WORK,
        "crm.eventtype": WORK,
        "crm.parkedentry": ("view", "change"),
        "crm.reactioncursor": LOOK,
        "crm.task": WORK,
        "crm.dashboard": LOOK,
        "crm.list": ("export",),
        "crm.user": LOOK,
    },
    "administrator": {
        "crm.customer": WORK,
        "crm.identity": ALL,
        "crm.address": ALL,
        "crm.company": ALL,
        "crm.companyperson": ALL,
        "crm.timelineentry": LOOK,
        "crm.order": LOOK,
        "crm.shipment": LOOK,
        "crm.return": LOOK,
        "crm.category": ALL,
        "crm.product": WORK,
        "crm.offering": WORK,
        "crm.shop": WORK,
        "crm.importjob": WORK,
        "crm.eventtype": ALL,
        "crm.apikey": WORK,
        "crm.parkedentry": ("view", "change"),
        "crm.reactioncursor": LOOK,
        "crm.task": WORK,
        "crm.dashboard": LOOK,
        "crm.list": ("export",),
        "crm.user": WORK,
    },
}


def permissions_of(role: str) -> Iterator[tuple[str, str]]:
    """(app label, codename) of everything the role may do."""
    for model, deeds in ROLES[role].items():
        app, name = model.split(".")
        yield from ((app, f"{deed}_{name}") for deed in deeds)
