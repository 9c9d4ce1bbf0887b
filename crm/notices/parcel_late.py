from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Notice, Words
from crm.notices.variables import ORDER, PARCEL


class ParcelLateNotice(Notice):
    name = "parcel_late"
    label = _("A parcel is late")
    variables = {**ORDER, **PARCEL}
    words = {
        "ru": Words(
            subject="Заказ {{ order.number }} задерживается",
            long=(
                "{{ customer.first_name|Добрый день }}!\n\n"
                "Заказ {{ order.number }} был обещан на {{ parcel.day }} и ещё не прибыл. Просим "
                "прощения: мы выясняем, где он, и напишем."
            ),
            short=(
                "{{ company.name }}: заказ {{ order.number }} задерживается, просим прощения. Выясняем, "
                "где он."
            ),
        ),
        "bg": Words(
            subject="Поръчка {{ order.number }} закъснява",
            long=(
                "{{ customer.first_name|Добър ден }}!\n\n"
                "Поръчка {{ order.number }} беше обещана за {{ parcel.day }} и още не е пристигнала. "
                "Извиняваме се: проверяваме къде е и ще Ви пишем."
            ),
            short=(
                "{{ company.name }}: поръчка {{ order.number }} закъснява, извиняваме се. Проверяваме къде е."
            ),
        ),
        "en": Words(
            subject="Order {{ order.number }} is late",
            long=(
                "{{ customer.first_name|Hello }}!\n\n"
                "Order {{ order.number }} was promised for {{ parcel.day }} and has not come yet. We are "
                "sorry: we are finding out where it is, and will write."
            ),
            short=(
                "{{ company.name }}: order {{ order.number }} is late, we are sorry. We are finding out "
                "where it is."
            ),
        ),
    }
