from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Notice, Variable, Words


class TierReachedNotice(Notice):
    name = "tier_reached"
    label = _("A tier was reached")
    variables = {"tier.name": Variable(label=_("name of the tier"), samples={"": "Gold"})}
    words = {
        "ru": Words(
            subject="Новый уровень: «{{ tier.name }}»",
            long=(
                "{{ customer.first_name|Добрый день }}!\n\n"
                "Теперь у вас уровень «{{ tier.name }}». Спасибо, что вы с нами!"
            ),
            short="{{ company.name }}: теперь у вас уровень «{{ tier.name }}».",
        ),
        "bg": Words(
            subject="Ново ниво: „{{ tier.name }}“",
            long=(
                "{{ customer.first_name|Добър ден }}!\n\n"
                "Вече имате ниво „{{ tier.name }}“. Благодарим, че сте с нас!"
            ),
            short="{{ company.name }}: вече имате ниво „{{ tier.name }}“.",
        ),
        "en": Words(
            subject="A new tier: “{{ tier.name }}”",
            long=(
                "{{ customer.first_name|Hello }}!\n\n"
                "You have reached the tier “{{ tier.name }}”. Thank you for being with us!"
            ),
            short="{{ company.name }}: you have reached the tier “{{ tier.name }}”.",
        ),
    }
