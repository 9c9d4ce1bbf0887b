"""Answers that «Липа» gives often, and what is done with the ticket beside them. Invented; in three languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from support.models import Macro

Words = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class OftenSaid:
    names: Words
    texts: Words
    actions: Sequence[Mapping[str, Any]] = ()


def _do(kind: str, **settings: Any) -> dict[str, Any]:
    return {"kind": kind, "settings": settings}


OFTEN = (
    OftenSaid(
        names={"en": "We are on it", "ru": "Уже занимаемся", "bg": "Работим по въпроса"},
        texts={
            "en": "{{ customer.first_name|Hello }}, thank you for writing. I am looking into it and answer within "
            "two hours, even if it takes longer to settle. {{ agent.name }}, {{ company.name }}",
            "ru": "{{ customer.first_name|Здравствуйте }}, спасибо, что написали. Уже разбираемся и ответим в течение "
            "двух часов, даже если решение займёт больше времени. {{ agent.name }}, {{ company.name }}",
            "bg": "{{ customer.first_name|Здравейте }}, благодаря, че ни писахте. Проверявам и ще Ви отговоря до "
            "два часа, дори ако решението отнеме повече време. {{ agent.name }}, {{ company.name }}",
        },
        actions=(_do("take"), _do("promise", what="Да отговорим на клиента", hours=2)),
    ),
    OftenSaid(
        names={"en": "Please send a photo", "ru": "Попросить снимок", "bg": "Моля за снимка"},
        texts={
            "en": "I am sorry about that. Please send one photo of it as it is: we decide by it at once, and nothing "
            "has to come back before.",
            "ru": "Жаль, что так вышло. Пришлите, пожалуйста, один снимок: по нему решим сразу, отправлять пока "
            "ничего не нужно.",
            "bg": "Съжаляваме, че е станало така. Моля, пратете една снимка: по нея решаваме веднага, а засега не "
            "е нужно да връщате нищо.",
        },
        actions=(_do("set_topic", topic="returns"), _do("set_state", state="waiting_customer")),
    ),
    OftenSaid(
        names={"en": "Asked the courier", "ru": "Спросили курьера", "bg": "Питахме куриера"},
        texts={
            "en": "I have asked {{ parcel.carrier|the courier }} where your parcel is. As soon as they answer, I "
            "write to you, at the latest tomorrow.",
            "ru": "Мы спросили, где ваша посылка: {{ parcel.carrier|курьер }} ищет её. Как только ответят, сразу "
            "напишем, самое позднее завтра.",
            "bg": "Попитахме къде е пратката Ви: {{ parcel.carrier|куриерът }} я търси. Щом отговорят, веднага "
            "ще Ви пиша, най-късно утре.",
        },
        actions=(
            _do("set_topic", topic="delivery"),
            _do("set_state", state="waiting_us", sub_state="with-courier"),
            _do("put_off", hours=20),
        ),
    ),
    OftenSaid(
        names={"en": "Points come in 14 days", "ru": "Баллы придут через 14 дней", "bg": "Точките идват след 14 дни"},
        texts={
            "en": "The points for a purchase come 14 days later, when the time for returns is over. Today you can "
            "spend {{ points.balance }} {{ points.balance|plural:point,points }}.",
            "ru": "Баллы за покупку приходят через 14 дней, когда заканчивается срок возврата. Сегодня можно "
            "потратить {{ points.balance }} {{ points.balance|plural:балл,балла,баллов }}.",
            "bg": "Точките за покупка идват след 14 дни, когато изтече срокът за връщане. Днес можете да "
            "използвате {{ points.balance }} {{ points.balance|plural:точка,точки }}.",
        },
        actions=(_do("set_topic", topic="points"),),
    ),
    OftenSaid(
        names={"en": "The money is on its way", "ru": "Деньги отправлены", "bg": "Парите са изпратени"},
        texts={
            "en": "We have sent your money the way you paid: {{ refund.amount|the full amount }}. Banks need one to "
            "three working days.",
            "ru": "Деньги отправлены тем же путём, каким вы платили: {{ refund.amount|полная сумма }}. Банк "
            "зачислит их за один–три рабочих дня.",
            "bg": "Изпратихме парите по пътя, по който сте платили: {{ refund.amount|цялата сума }}. Банките ги "
            "нанасят за един до три работни дни.",
        },
        actions=(_do("set_topic", topic="returns"), _do("set_state", state="resolved")),
    ),
    OftenSaid(
        names={"en": "Opening hours", "ru": "Часы работы", "bg": "Работно време"},
        texts={
            "en": "Our shops in Sofia (62 Vitosha Blvd) and Varna (27 Knyaz Boris I Blvd) are open every day from "
            "10:00 to 20:00, on Sundays to 18:00. Come by for a cup.",
            "ru": "Магазины в Софии (бул. «Витоша», 62) и Варне (бул. «Княз Борис I», 27) открыты каждый день с "
            "10:00 до 20:00, в воскресенье до 18:00. Заходите на чашку чая.",
            "bg": "Магазините в София (бул. „Витоша“ 62) и Варна (бул. „Княз Борис I“ 27) работят всеки ден от "
            "10:00 до 20:00 ч., в неделя до 18:00 ч. Заповядайте на чаша чай.",
        },
        actions=(_do("set_topic", topic="goods"), _do("set_state", state="resolved")),
    ),
    OftenSaid(
        names={"en": "An offer for businesses", "ru": "Предложение для бизнеса", "bg": "Оферта за фирми"},
        texts={
            "en": "Thank you for thinking of us! Please tell us how much you need a month and where it should go. "
            "The offer is with you within two working days.",
            "ru": "Спасибо, что выбрали нас! Напишите, пожалуйста, сколько нужно в месяц и куда доставлять. "
            "Предложение пришлём в течение двух рабочих дней.",
            "bg": "Благодарим, че избрахте нас! Моля, пишете колко Ви трябва на месец и къде да доставяме. "
            "Офертата ще е при Вас до два работни дни.",
        },
        actions=(_do("set_topic", topic="wholesale"), _do("promise", what="Да изпратим оферта", hours=48)),
    ),
    OftenSaid(
        names={"en": "Is everything all right?", "ru": "Всё ли в порядке?", "bg": "Наред ли е всичко?"},
        texts={
            "en": "{{ customer.first_name|Hello }}, is everything all right by now? If so, there is nothing to do. If "
            "not, just answer here.",
            "ru": "{{ customer.first_name|Здравствуйте }}, теперь всё в порядке? Если да, отвечать не нужно. Если "
            "нет, просто напишите сюда.",
            "bg": "{{ customer.first_name|Здравейте }}, наред ли е вече всичко? Ако е така, не е нужно да "
            "отговаряте. Ако не, просто пишете тук.",
        },
        actions=(_do("set_state", state="waiting_customer"), _do("put_off", hours=48)),
    ),
)  # fmt: skip


def write_macros() -> None:
    """Each is made where it is missing."""
    for position, often in enumerate(OFTEN):
        defaults = {"texts": often.texts, "actions": list(often.actions), "position": position}
        Macro.objects.get_or_create(names=often.names, defaults=defaults)
