"""What was agreed with one system: a mapping, checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext_lazy as _

from crm.connectors.mapped.places import Misspelt, places
from crm.connectors.mapped.slots import GROUPS, KINDS, ORDER, SLOTS
from crm.errors import Fault, Refusal

LONGEST_SLOT = 300
NO_PLACE = frozenset({"choice", "words"})
MISSING = _("Say where this stands: nothing can land without it.")


class UnusableMapping(Refusal):
    """With a pointer to each slot that is wrong."""

    code = "unusable-mapping"
    title = _("The mapping cannot be used as it stands. See what is said beside its fields.")
    status = 422


def checked(told: Mapping[str, str]) -> dict[str, str]:
    """As it is kept: what is known and not empty. Pure.

    Raises:
        UnusableMapping
    """
    kept = {name: value.strip() for name, value in told.items() if value.strip()}
    faults = [fault for name, value in kept.items() if (fault := _fault(name, value))]
    if not any(kind.key in kept for kind in KINDS):
        faults.append(Fault(pointer="/order.external_id", detail=MISSING))
    faults += [Fault(pointer=f"/{name}", detail=MISSING) for name in _required(kept) if name not in kept]
    if ORDER.key in kept and not {"order.line.unit_price", "order.line.amount"} & kept.keys():
        faults.append(
            Fault(
                pointer="/order.line.unit_price",
                detail=_("Say where the price of one stands, or what the line costs."),
            )
        )
    if faults:
        raise UnusableMapping(*faults)
    return kept


def _required(kept: Mapping[str, str]) -> Iterator[str]:
    for group in GROUPS:
        if group.key and group.key in kept:
            yield from (slot.name for slot in group.slots if slot.is_required)
    if "return.lines" in kept:
        yield from ("return.line.line", "return.line.quantity")


def _fault(name: str, value: str) -> Fault | None:
    slot = SLOTS.get(name)
    if slot is None:
        return Fault(pointer=f"/{name}", detail=_("There is no such field."))
    if len(value) > LONGEST_SLOT:
        return Fault(pointer=f"/{name}", detail=_("This is too long."))
    if slot.reads == "choice" and value not in dict(slot.choices):
        return Fault(pointer=f"/{name}", detail=_("There is no such choice."))
    if slot.reads not in NO_PLACE and not _is_place(value):
        return Fault(
            pointer=f"/{name}",
            detail=_("This is no place. Write names with dots between them: client.email"),
        )
    return None


def _is_place(value: str) -> bool:
    try:
        return bool(places(value))
    except Misspelt:
        return False
