from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Notice, Words
from crm.notices.variables import ORDER


class OrderDeliveredNotice(Notice):
    name = "order_delivered"
    label = _("An order was delivered")
    is_on_at_first = True
    variables = {**ORDER}
    words = {
        "ru": Words(
            subject="Заказ {{ order.number }} доставлен",
            long=(
                "{{ customer.first_name|Добрый день }}!\n\n"
                "Заказ {{ order.number }} доставлен. Если что-то не так, ответьте на это сообщение."
                "\n\n{{ order.link }}"
            ),
            short="{{ company.name }}: заказ {{ order.number }} доставлен.",
        ),
        "bg": Words(
            subject="Поръчка {{ order.number }} е доставена",
            long=(
                "{{ customer.first_name|Добър ден }}!\n\n"
                "Поръчка {{ order.number }} е доставена. Ако нещо не е наред, отговорете на това "
                "съобщение."
                "\n\n{{ order.link }}"
            ),
            short="{{ company.name }}: поръчка {{ order.number }} е доставена.",
        ),
        "en": Words(
            subject="Order {{ order.number }} delivered",
            long=(
                "{{ customer.first_name|Hello }}!\n\n"
                "Order {{ order.number }} was delivered. If something is not right, answer this message."
                "\n\n{{ order.link }}"
            ),
            short="{{ company.name }}: order {{ order.number }} delivered.",
        ),
    }
