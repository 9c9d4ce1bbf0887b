from dataclasses import dataclass

from django.utils.translation import gettext_lazy, ngettext

from crm.errors import Fault
from loyalty.privileges.base import Privilege


@dataclass(frozen=True, kw_only=True)
class EventSeats(Privilege):
    kind = "event_seats"
    label = gettext_lazy("Seats at events")

    seats_a_year: int

    def faults(self) -> list[Fault]:
        if self.seats_a_year:
            return []
        return [Fault(pointer="/seats_a_year", detail=gettext_lazy("This must be more than zero."))]

    def aloud(self) -> str:
        return ngettext(
            "{seats} seat at an event each year.", "{seats} seats at events each year.", self.seats_a_year
        ).format(seats=self.seats_a_year)
