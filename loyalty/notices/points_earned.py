from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Notice, Variable, Words


class PointsEarnedNotice(Notice):
    name = "points_earned"
    label = _("Points were earned")
    variables = {
        "points": Variable(label=_("how many points"), samples={"": "250"}),
        "order.number": Variable(label=_("number of the order"), samples={"": "LP-100234"}),
    }
    words = {
        "ru": Words(
            subject="Баллы за заказ {{ order.number }}: {{ points }}",
            long=(
                "{{ customer.first_name|Добрый день }}!\n\n"
                "За заказ {{ order.number }} начислено {{ points }} "
                "{{ points|plural:балл,балла,баллов }}."
            ),
            short=(
                "{{ company.name }}: за заказ {{ order.number }} начислено {{ points }} "
                "{{ points|plural:балл,балла,баллов }}."
            ),
        ),
        "bg": Words(
            subject="Точки за поръчка {{ order.number }}: {{ points }}",
            long=(
                "{{ customer.first_name|Добър ден }}!\n\n"
                "За поръчка {{ order.number }} получавате {{ points }} {{ points|plural:точка,точки }}."
            ),
            short=(
                "{{ company.name }}: за поръчка {{ order.number }} получавате {{ points }} "
                "{{ points|plural:точка,точки }}."
            ),
        ),
        "en": Words(
            subject="Points for order {{ order.number }}: {{ points }}",
            long=(
                "{{ customer.first_name|Hello }}!\n\n"
                "For order {{ order.number }} you get {{ points }} {{ points|plural:point,points }}."
            ),
            short=(
                "{{ company.name }}: {{ points }} {{ points|plural:point,points }} for order "
                "{{ order.number }}."
            ),
        ),
    }
