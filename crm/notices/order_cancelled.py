from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Notice, Words
from crm.notices.variables import ORDER


class OrderCancelledNotice(Notice):
    name = "order_cancelled"
    label = _("An order was cancelled")
    is_on_at_first = True
    variables = {**ORDER}
    words = {
        "ru": Words(
            subject="Заказ {{ order.number }} отменён",
            long=(
                "{{ customer.first_name|Добрый день }}!\n\n"
                "Заказ {{ order.number }} отменён. Если это ошибка, ответьте на это сообщение."
            ),
            short="{{ company.name }}: заказ {{ order.number }} отменён.",
        ),
        "bg": Words(
            subject="Поръчка {{ order.number }} е отменена",
            long=(
                "{{ customer.first_name|Добър ден }}!\n\n"
                "Поръчка {{ order.number }} е отменена. Ако това е грешка, отговорете на това съобщение."
            ),
            short="{{ company.name }}: поръчка {{ order.number }} е отменена.",
        ),
        "en": Words(
            subject="Order {{ order.number }} cancelled",
            long=(
                "{{ customer.first_name|Hello }}!\n\n"
                "Order {{ order.number }} was cancelled. If this is a mistake, answer this message."
            ),
            short="{{ company.name }}: order {{ order.number }} cancelled.",
        ),
    }
