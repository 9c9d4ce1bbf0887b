from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm import abilities
from crm.words.spoken_words import Dictionary
from crm.words.wording import number
from support.bot.tools.base import Tool, Wanted
from support.bot.tools.points import day_of

MOST_SAID = 3


class Expiry(Tool):
    """Which of the points go next, and when."""

    name = "expiry"
    label = gettext_lazy("When my points expire")
    asks = (
        Dictionary("балл* бонус* точк* точици points"),
        Dictionary(
            """
            сгор* сгар* истек* истеч* пропад* обнул* срок* действ* спис* годн* годен
            изтич* изтек* изгар* изгор* пропад* валидн* важат важи срок* нулир*
            expir* lose valid* run
            """
        ),
        Dictionary(
            """
            когда сколько какого числа дата ближайш* скоро мои моих у что какие успею проверить узнать
            кога колко коя дата скоро моите моята ми имам най проверя видя
            when how many which soon my next
            """
        ),
    )
    unless = Dictionary(
        "почему защо why пропали сгорели изчезнаха изгоряха изтекоха истекли списались верните върнете"
    )

    covers = frozenset("points expire lost card charge".split())

    def answer(self, wanted: Wanted) -> str:
        standing = abilities.points_of()(wanted.customer, at=wanted.at)
        if standing is None:
            return ""
        if not standing.balance:
            return _("You have no points at the moment, so none can expire.")
        said = [
            _expires(due.points, day_of(due.at))
            for due in standing.expiring[:MOST_SAID]
            if due.at is not None
        ]
        return "\n".join(said) or _("None of your points has a day on which it expires.")


def _expires(points: int, day: str) -> str:
    return ngettext(
        "{points} point expires after {day}.", "{points} points expire after {day}.", points
    ).format(points=number(points), day=day)
