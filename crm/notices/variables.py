"""What several notices about orders may speak of."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Variable

ORDER: Mapping[str, Variable] = {
    "order.number": Variable(label=_("number of the order"), samples={"": "LP-100234"}),
    "order.link": Variable(
        label=_("link to the page of the order"), samples={"": "https://shop.example/order/1234.abcd/"}
    ),
    "shop.name": Variable(label=_("name of the shop"), samples={"": "Липа", "en": "Lipa"}),
}
ORDER_TOTAL: Mapping[str, Variable] = {
    "order.total": Variable(label=_("total of the order"), samples={"ru": "4 260 ₽", "": "42,60 €"}),
}
PARCEL: Mapping[str, Variable] = {
    "parcel.day": Variable(
        label=_("the promised day"), samples={"ru": "24 ноября", "bg": "24 ноември", "": "24 November"}
    ),
    "parcel.carrier": Variable(label=_("who delivers"), samples={"": "Speedy"}),
    "parcel.tracking_number": Variable(label=_("tracking number"), samples={"": "RB123456785BG"}),
}
