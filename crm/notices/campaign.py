from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Notice, Words


class CampaignNotice(Notice):
    """What is written to the people of a campaign. Each campaign has words of its own; these are the beginning."""

    name = "campaign"
    label = _("A message of a campaign")
    is_on_at_first = True
    words = {
        "ru": Words(
            subject="Новости от {{ company.name }}",
            long="{{ customer.first_name|Добрый день }}!\n\nУ нас есть новости для вас.\n\n{{ company.name }}",
            short="{{ company.name }}: у нас есть новости для вас.",
        ),
        "bg": Words(
            subject="Новини от {{ company.name }}",
            long="{{ customer.first_name|Добър ден }}!\n\nИмаме новини за Вас.\n\n{{ company.name }}",
            short="{{ company.name }}: имаме новини за Вас.",
        ),
        "en": Words(
            subject="News from {{ company.name }}",
            long="{{ customer.first_name|Hello }}!\n\nWe have news for you.\n\n{{ company.name }}",
            short="{{ company.name }}: we have news for you.",
        ),
    }
