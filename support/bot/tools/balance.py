from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm import abilities
from crm.words.spoken_words import Dictionary
from crm.words.wording import number
from support.bot.tools.base import Tool, Wanted
from support.bot.tools.points import day_of


class Balance(Tool):
    """Points that can be spent now, and what comes later."""

    name = "balance"
    label = gettext_lazy("How many points I have")
    asks = (
        Dictionary(
            "балл* бонус* балан* точк* точици накопил* накоплен* накопи* събрал* събрани салдо points balance"
        ),
        Dictionary(
            """
            сколько скока скок какой каков баланс* остаток осталось накопил* накопились накоплено есть счет* карт*
            проверить узнать посмотреть число количество
            колко каква какъв какво баланс* имам събрал* останал* сметка* карта* проверя видя брой
            how many much balance have check left
            """
        ),
    )
    unless = Dictionary(
        """
        дают дадут дает даете даваш* давате начисл* начисля* зачисл* получ* полага* получава* придут пришли идват
        дошл* дойд* сгор* сгар* истек* истич* изтич* изгар* изгор* срок* валидн* действуют живут пропал* исчез* изчез*
        няма нету липсв*
        списа* списыва* списать потратить оплатить плат* платя използва* похарч* харч* стоит стоят струва* цена равен
        рубль рубля рублей лева евро правил* эквивал* курс друг* приятел* приглас* покан* уров* ниво нива
        earn earned expire expires spend pay missing per worth
        """
    )

    covers = frozenset("points card earn".split())

    def answer(self, wanted: Wanted) -> str:
        standing = abilities.points_of()(wanted.customer, at=wanted.at)
        if standing is None:
            return ""
        points = standing.balance
        said = [
            ngettext("You have {points} point.", "You have {points} points.", points).format(
                points=number(points)
            )
        ]
        said += [_pending(due.points, day_of(due.at)) for due in standing.pending[:1]]
        if standing.tier:
            said.append(_("Your level: {tier}.").format(tier=standing.tier))
        return "\n".join(said)


def _pending(points: int, day: str) -> str:
    if not day:
        return ngettext(
            "{points} more point is on its way.", "{points} more points are on their way.", points
        ).format(points=number(points))
    return ngettext(
        "{points} more point comes on {day}.", "{points} more points come on {day}.", points
    ).format(points=number(points), day=day)
