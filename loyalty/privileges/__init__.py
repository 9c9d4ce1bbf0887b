"""What a tier can bring beside points. ⟡ One file, one privilege; to add one, write its file and its line here."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault
from crm.typed_settings import UnusableSettings
from loyalty.privileges.base import Privilege
from loyalty.privileges.early_access import EarlyAccess
from loyalty.privileges.event_seats import EventSeats
from loyalty.privileges.exclusive_offers import ExclusiveOffers
from loyalty.privileges.free_delivery import FreeDelivery
from loyalty.privileges.personal_manager import PersonalManager
from loyalty.privileges.priority_support import PrioritySupport

PRIVILEGES: dict[str, type[Privilege]] = {
    privilege.kind: privilege
    for privilege in (
        FreeDelivery,
        EarlyAccess,
        ExclusiveOffers,
        PersonalManager,
        PrioritySupport,
        EventSeats,
    )
}


def choices() -> list[tuple[str, str | Promise]]:
    return [(kind, privilege.label) for kind, privilege in PRIVILEGES.items()]


def read(kind: str, settings: Any) -> Privilege:
    """The privilege of what a tier keeps.

    Raises:
        UnusableSettings: with a pointer to each place that is wrong.
    """
    if kind not in PRIVILEGES:
        raise UnusableSettings(Fault(pointer="/kind", detail=_("There is no such privilege.")))
    return PRIVILEGES[kind].read(settings)


__all__ = ["PRIVILEGES", "Privilege", "choices", "read"]
