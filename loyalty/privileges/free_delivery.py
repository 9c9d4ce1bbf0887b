from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.words.wording import number
from loyalty.privileges.base import Privilege


@dataclass(frozen=True, kw_only=True)
class FreeDelivery(Privilege):
    kind = "free_delivery"
    label = gettext_lazy("Free delivery")

    from_amount: Decimal = Decimal(0)

    def aloud(self) -> str:
        if not self.from_amount:
            return _("Delivery is free.")
        return _("Delivery is free for purchases from {amount}.").format(amount=number(self.from_amount, 2))
