from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Notice, Words
from crm.notices.variables import ORDER, ORDER_TOTAL


class OrderPaidNotice(Notice):
    name = "order_paid"
    label = _("An order was paid")
    is_on_at_first = True
    variables = {**ORDER, **ORDER_TOTAL}
    words = {
        "ru": Words(
            subject="Заказ {{ order.number }} оплачен",
            long=(
                "{{ customer.first_name|Добрый день }}!\n\n"
                "Заказ {{ order.number }} оплачен: {{ order.total }}. Спасибо!"
            ),
            short="{{ company.name }}: заказ {{ order.number }} оплачен, {{ order.total }}.",
        ),
        "bg": Words(
            subject="Поръчка {{ order.number }} е платена",
            long=(
                "{{ customer.first_name|Добър ден }}!\n\n"
                "Поръчка {{ order.number }} е платена: {{ order.total }}. Благодарим!"
            ),
            short="{{ company.name }}: поръчка {{ order.number }} е платена, {{ order.total }}.",
        ),
        "en": Words(
            subject="Order {{ order.number }} paid",
            long=(
                "{{ customer.first_name|Hello }}!\n\n"
                "Order {{ order.number }} is paid: {{ order.total }}. Thank you!"
            ),
            short="{{ company.name }}: order {{ order.number }} paid, {{ order.total }}.",
        ),
    }
