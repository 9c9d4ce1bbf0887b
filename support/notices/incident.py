from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Notice, Words
from crm.notices.variables import ORDER


class IncidentNotice(Notice):
    name = "incident"
    label = _("Something went wrong for many")
    is_on_at_first = True
    variables = {**ORDER}
    words = {
        "ru": Words(
            subject="Заказ {{ order.number }} задержится",
            long=(
                "{{ customer.first_name|Добрый день }}!\n\n"
                "У нас случился сбой, и заказ {{ order.number }} задержится. Мы уже всё исправляем и "
                "напишем, как только будут новости. Ничего делать не нужно. Просим прощения."
            ),
            short=(
                "{{ company.name }}: у нас сбой, заказ {{ order.number }} задержится. Просим прощения, "
                "напишем, когда будут новости."
            ),
        ),
        "bg": Words(
            subject="Поръчка {{ order.number }} ще закъснее",
            long=(
                "{{ customer.first_name|Добър ден }}!\n\n"
                "При нас възникна проблем и поръчка {{ order.number }} ще закъснее. Вече го "
                "отстраняваме и ще Ви пишем веднага щом има новини. Не е нужно да правите нищо. Извиняваме се."
            ),
            short=(
                "{{ company.name }}: имаме проблем, поръчка {{ order.number }} ще закъснее. "
                "Извиняваме се, ще Ви пишем при новини."
            ),
        ),
        "en": Words(
            subject="Order {{ order.number }} will be late",
            long=(
                "{{ customer.first_name|Hello }}!\n\n"
                "Something went wrong on our side, and order {{ order.number }} will be late. We are "
                "putting it right and will write as soon as there is news. There is nothing you need to do. "
                "We are sorry."
            ),
            short=(
                "{{ company.name }}: something went wrong, order {{ order.number }} will be late. "
                "We are sorry, and will write when there is news."
            ),
        ),
    }
