from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Notice, Words
from crm.notices.variables import ORDER


class OrderShippedNotice(Notice):
    name = "order_shipped"
    label = _("An order was handed over for delivery")
    is_on_at_first = True
    variables = {**ORDER}
    words = {
        "ru": Words(
            subject="Заказ {{ order.number }} в пути",
            long=(
                "{{ customer.first_name|Добрый день }}!\n\nЗаказ {{ order.number }} передан в доставку."
                "\n\n{{ order.link }}"
            ),
            short="{{ company.name }}: заказ {{ order.number }} передан в доставку.",
        ),
        "bg": Words(
            subject="Поръчка {{ order.number }} е на път",
            long=(
                "{{ customer.first_name|Добър ден }}!\n\nПоръчка {{ order.number }} е предадена за доставка."
                "\n\n{{ order.link }}"
            ),
            short="{{ company.name }}: поръчка {{ order.number }} е предадена за доставка.",
        ),
        "en": Words(
            subject="Order {{ order.number }} is on its way",
            long=(
                "{{ customer.first_name|Hello }}!\n\nOrder {{ order.number }} was handed over for delivery."
                "\n\n{{ order.link }}"
            ),
            short="{{ company.name }}: order {{ order.number }} is on its way.",
        ),
    }
