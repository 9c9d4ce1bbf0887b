from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.consents import preference_links
from crm.words.spoken_words import Dictionary
from support.bot.tools.base import Tool, Wanted


class Preferences(Tool):
    """Where somebody says what we may write to them about, and how."""

    name = "preferences"
    label = gettext_lazy("What you write to me about")
    asks = (
        Dictionary(
            """
            рассылк* уведомлен* письм* смс сообщени* реклам* спам* оповещен* подписк* новост*
            известия известяв* съобщени* имейл* писма смс реклам* бюлетин* спам* абонамент* нотификац*
            newsletter* notification* emails messages ads spam sms
            """
        ),
        Dictionary(
            """
            настро* отпис* отключ* отказ* менять изменить поменять выбрать получать присыл* шлите убрать выключ*
            хватит стоп
            настро* отпиш* отпис* спр* изключ* избера променя махн* получавам праща* стига стоп
            settings unsubscribe stop choose change turn preferences
            """
        ),
    )

    covers = frozenset("messages stop write_to contact change delete address promo".split())

    def answer(self, wanted: Wanted) -> str:
        said = _("Here you say what we may write to you about, and by which way:")
        return f"{said}\n{preference_links.address_of(wanted.customer.pk)}"
