from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.models import Message
from crm.notices.base import Notice, Variable, Words


class BirthdayGiftNotice(Notice):
    name = "birthday_gift"
    label = _("A gift for a birthday was given")
    purpose = Message.Purpose.ADVERTISING
    variables = {
        "gift.name": Variable(
            label=_("name of the gift"),
            samples={
                "ru": "200 баллов ко дню рождения",
                "bg": "200 точки за рождения ден",
                "": "200 points for your birthday",
            },
        )
    }
    words = {
        "ru": Words(
            subject="С днём рождения!",
            long=("{{ customer.first_name|Добрый день }}!\n\nС днём рождения! Наш подарок: {{ gift.name }}."),
            short="{{ company.name }}: с днём рождения! Наш подарок: {{ gift.name }}.",
        ),
        "bg": Words(
            subject="Честит рожден ден!",
            long=(
                "{{ customer.first_name|Добър ден }}!\n\nЧестит рожден ден! Нашият подарък: {{ gift.name }}."
            ),
            short="{{ company.name }}: честит рожден ден! Нашият подарък: {{ gift.name }}.",
        ),
        "en": Words(
            subject="Happy birthday!",
            long=("{{ customer.first_name|Hello }}!\n\nHappy birthday! Our gift: {{ gift.name }}."),
            short="{{ company.name }}: happy birthday! Our gift: {{ gift.name }}.",
        ),
    }
