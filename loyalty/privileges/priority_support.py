from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from crm.errors import Fault
from loyalty.privileges.base import Privilege


@dataclass(frozen=True, kw_only=True)
class PrioritySupport(Privilege):
    """Requests are answered before others; `level` 3 comes first."""

    kind = "priority_support"
    label = gettext_lazy("Priority in support")

    level: int = 1

    def faults(self) -> list[Fault]:
        if 1 <= self.level <= 3:
            return []
        return [Fault(pointer="/level", detail=gettext_lazy("Write 1, 2 or 3."))]
