from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.errors import Fault
from crm.words.wording import near
from loyalty.privileges.base import Privilege


@dataclass(frozen=True, kw_only=True)
class EarlyAccess(Privilege):
    """Certain goods may be bought from `from_at`; by everybody from `public_at`."""

    kind = "early_access"
    label = gettext_lazy("Early access")

    from_at: datetime
    public_at: datetime
    skus: tuple[str, ...] = ()
    categories: tuple[int, ...] = ()

    def faults(self) -> list[Fault]:
        faults = []
        if self.public_at <= self.from_at:
            detail = _("Everybody's date must come after the date of those who may go first.")
            faults.append(Fault(pointer="/public_at", detail=detail))
        if not (self.skus or self.categories):
            faults.append(Fault(pointer="", detail=_("Name at least one product or category.")))
        return faults

    def is_allowed(self, *, has_tier: bool, at: datetime) -> bool:
        return at >= self.public_at or (has_tier and at >= self.from_at)

    def aloud(self) -> str:
        return _("New goods can be bought from {moment}, before everybody else.").format(
            moment=near(self.from_at)
        )
