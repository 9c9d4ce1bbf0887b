from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Notice, Words
from crm.notices.variables import ORDER, ORDER_TOTAL


class OrderPlacedNotice(Notice):
    name = "order_placed"
    label = _("An order was placed")
    is_on_at_first = True
    variables = {**ORDER, **ORDER_TOTAL}
    words = {
        "ru": Words(
            subject="Заказ {{ order.number }} принят",
            long=(
                "{{ customer.first_name|Добрый день }}!\n\n"
                "Заказ {{ order.number }} на {{ order.total }} принят. Мы напишем, когда он отправится."
                "\n\n{{ order.link }}"
            ),
            short="{{ company.name }}: заказ {{ order.number }} на {{ order.total }} принят.",
        ),
        "bg": Words(
            subject="Поръчка {{ order.number }} е приета",
            long=(
                "{{ customer.first_name|Добър ден }}!\n\n"
                "Поръчка {{ order.number }} за {{ order.total }} е приета. Ще Ви пишем, когато тръгне."
                "\n\n{{ order.link }}"
            ),
            short="{{ company.name }}: поръчка {{ order.number }} за {{ order.total }} е приета.",
        ),
        "en": Words(
            subject="Order {{ order.number }} received",
            long=(
                "{{ customer.first_name|Hello }}!\n\n"
                "We have received order {{ order.number }} for {{ order.total }}. We will write when it "
                "is on its way."
                "\n\n{{ order.link }}"
            ),
            short="{{ company.name }}: order {{ order.number }} for {{ order.total }} received.",
        ),
    }
