from __future__ import annotations

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Order
from crm.purchases import order_links
from crm.words.spoken_words import Dictionary
from support.answering import return_cases
from support.bot.tools.base import Tool, Wanted
from support.models import ReturnCase

LOOKED_AT = 5


class ReturnGoods(Tool):
    """How a return has come on, or where one can be asked for: both on the page of the order."""

    name = "return"
    label = gettext_lazy("Return something I bought")
    asks = (
        Dictionary(
            "вернуть верну возврат* возврат возвращ* сдать връщ* върна върнем върнете рекламац* return returns"
        ),
        Dictionary(
            """
            хочу хотел* хотим оформить оформи начать сделать мой моего моя мою посылку заказ купил* надо нужно
            где статус
            искам искаме пусна пускам заявя подам направя моето моята поръчката поръчка пакета купих трябва къде статус
            want my start status like
            """
        ),
    )
    unless = Dictionary(
        """
        деньги денег оплат* сколько когда можно условия срок* дней чек* балл* правила как какой
        пари* парите колко кога може условия срок* дни бележка точк* правила как
        money refund how when can policy days
        """
    )

    covers = frozenset("return opened place broken".split())

    def answer(self, wanted: Wanted) -> str:
        cases = ReturnCase.objects.filter(customer__in=wanted.ids, state__in=ReturnCase.UNDER_WAY)
        under_way = [_case(case) for case in cases.select_related("order").order_by("-pk")[:LOOKED_AT]]
        if under_way:
            return "\n\n".join(under_way)
        policy = return_cases.policy_in_force()
        today = timezone.localdate(wanted.at)
        for order in _come(wanted):
            until = return_cases.last_day(order, policy)
            if (until is None or today <= until) and return_cases.left_of(order):
                return _offer(order, formats.date_format(until, "MONTH_DAY_FORMAT") if until else "")
        return ""


def _come(wanted: Wanted) -> list[Order]:
    orders = Order.objects.filter(customer__in=wanted.ids, cancelled_at=None, delivered_at__isnull=False)
    return list(orders.order_by("-placed_at")[:LOOKED_AT])


def _case(case: ReturnCase) -> str:
    said = _("Your return {number} of order {order}: {state}.").format(
        number=case, order=case.order.number, state=case.get_state_display()
    )
    return f"{said}\n{_link(case.order)}"


def _offer(order: Order, day: str) -> str:
    if day:
        said = _("You can ask for a return of order {number} here until {day}:").format(
            number=order.number, day=day
        )
    else:
        said = _("You can ask for a return of order {number} here:").format(number=order.number)
    return f"{said}\n{_link(order)}"


def _link(order: Order) -> str:
    return f"{settings.PUBLIC_ADDRESS}{order_links.path_of(order)}"
