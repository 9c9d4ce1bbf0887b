"""Who answers at «Липа», when, about what, and how soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.demo import company
from crm.demo.characters import Colleague
from crm.demo.company import Stage
from crm.models import User
from support.answering import return_cases
from support.colleagues import planning
from support.models import (
    AgentProfile,
    Calendar,
    ReturnPolicy,
    Shift,
    ShiftPattern,
    SlaPolicy,
    SubState,
    Team,
    Topic,
    WorkingInterval,
)
from support.timekeeping import calendar_days

LEAD = Colleague(email="elena.petkova@lipa.example.com", name="Елена Петкова", role="team lead")
DARIA = Colleague(email="daria.koleva@lipa.example.com", name="Дария Колева", role="agent")
PLAMEN = Colleague(email="plamen.zaykov@lipa.example.com", name="Пламен Зайков", role="agent")

TOPICS = {
    "delivery": {"bg": "Доставка", "ru": "Доставка", "en": "Delivery"},
    "points": {"bg": "Точки", "ru": "Баллы", "en": "Points"},
    "returns": {"bg": "Връщане", "ru": "Возврат", "en": "Returns"},
    "goods": {"bg": "Съвет", "ru": "Совет", "en": "Advice"},
    "wholesale": {"bg": "На едро", "ru": "Опт", "en": "Wholesale"},
}
SUB_STATES = (
    (
        "with-courier",
        "waiting_us",
        {"bg": "При куриера", "ru": "У курьера", "en": "With the courier"},
        True,
    ),
    ("at-warehouse", "waiting_us", {"bg": "В склада", "ru": "На складе", "en": "At the warehouse"}, False),
)
POLICY = {
    "bg": (
        "Можете да върнете всичко, което не е отваряно, до 14 дни след доставката.\n\n"
        "Чаят и козметиката се връщат само запечатани. Повредена пратка приемаме винаги: снимката помага.\n\n"
        "Парите се връщат по пътя, по който са дошли, до три работни дни след като пратката е при нас."
    ),
    "ru": (
        "Вернуть можно всё, что не вскрывали, в течение 14 дней после доставки.\n\n"
        "Чай и косметику принимаем только запечатанными. Повреждённую посылку принимаем всегда: поможет снимок.\n\n"
        "Деньги возвращаются тем же путём, каким пришли, в течение трёх рабочих дней после получения."
    ),
    "en": (
        "You can return anything unopened within 14 days of delivery.\n\n"
        "Tea and cosmetics come back sealed only. A damaged parcel is always taken back: a photo helps.\n\n"
        "Money goes back the way it came, within three working days after the parcel has reached us."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Desk:
    """At hand without a query."""

    lead: User
    iva: User
    daria: User
    plamen: User
    front: Team
    topics: dict[str, Topic]
    sub_states: dict[str, SubState]


@transaction.atomic
def open_desk(stage: Stage, *, now: datetime) -> Desk:
    """Each thing is made where it is missing."""
    lead, daria, plamen = (company.hired(who) for who in (LEAD, DARIA, PLAMEN))
    front = _team("front", {"bg": "Клиенти", "ru": "Клиенты", "en": "Customers"}, lead)
    _team("warehouse", {"bg": "Склад", "ru": "Склад", "en": "Warehouse"}, None, answers_customers=False)
    for agent, languages in ((stage.agent, []), (daria, ["bg", "ru"]), (plamen, ["bg", "en"])):
        profile, _ = AgentProfile.objects.get_or_create(user=agent, defaults={"languages": languages})
        profile.teams.add(front)
    _open_hours(now=now)
    _promise_service()
    _publish_policy(stage.manager, now=now)
    _work_today([lead, stage.agent, daria, plamen], now=now)
    _every_week(
        [(stage.agent, range(5), 9, 17), (daria, range(5), 11, 19), (plamen, range(1, 6), 9, 17)], now=now
    )
    return Desk(
        lead=lead,
        iva=stage.agent,
        daria=daria,
        plamen=plamen,
        front=front,
        topics={
            slug: Topic.objects.get_or_create(
                slug=slug, defaults={"names": names, "position": place, "team": front}
            )[0]
            for place, (slug, names) in enumerate(TOPICS.items())
        },
        sub_states={
            slug: SubState.objects.get_or_create(
                slug=slug, defaults={"category": category, "names": names, "pauses_clocks": pauses}
            )[0]
            for slug, category, names, pauses in SUB_STATES
        },
    )


def _team(slug: str, names: dict[str, str], lead: User | None, *, answers_customers: bool = True) -> Team:
    defaults = {"names": names, "lead": lead, "answers_customers": answers_customers}
    return Team.objects.get_or_create(slug=slug, defaults=defaults)[0]


def _open_hours(*, now: datetime) -> None:
    calendar, is_new = Calendar.objects.get_or_create(
        name="Липа", defaults={"time_zone": "Europe/Sofia", "position": 0}
    )
    if not is_new:
        return
    # Visitors come at any hour: a shop that is asleep would show no clock that runs.
    WorkingInterval.objects.bulk_create(
        WorkingInterval(calendar=calendar, weekday=weekday, opens=time(0), closes=time(0))
        for weekday in range(7)
    )
    calendar_days.add_public_holidays(calendar, country="BG", years=[now.year + 1])


def _promise_service() -> None:
    """A chat within a minute; whoever is urgent within half an hour; everybody within a day."""
    promised: tuple[tuple[str, dict[str, Any], int, int, int], ...] = (
        ("Чат", {"field": "ticket.channel", "op": "eq", "value": "chat"}, 1, 2, 240),
        ("Спешни", {"field": "ticket.priority", "op": "gte", "value": 3}, 30, 60, 480),
        ("Всички", {"all": []}, 1440, 480, 4320),
    )
    for position, (name, conditions, first, following, resolved) in enumerate(promised):
        SlaPolicy.objects.get_or_create(
            name=name,
            defaults={
                "position": position,
                "conditions": conditions,
                "first_response_minutes": first,
                "next_response_minutes": following,
                "resolution_minutes": resolved,
            },
        )


def _publish_policy(manager: User, *, now: datetime) -> None:
    policy, is_new = ReturnPolicy.objects.get_or_create(number=1, defaults={"days": 14, "texts": POLICY})
    if is_new:
        return_cases.publish(policy, by=manager, at=now - timedelta(days=200))


def _work_today(colleagues: list[User], *, now: datetime) -> None:
    for colleague in colleagues:
        if not Shift.objects.at(now).filter(agent=colleague).exists():
            Shift.objects.create(
                agent=colleague, starts_at=now - timedelta(hours=2), ends_at=now + timedelta(hours=10)
            )


def _every_week(plan: list[tuple[User, range, int, int]], *, now: datetime) -> None:
    """From tomorrow on, so that the page of who answers when shows a week with gaps. Once."""
    for colleague, weekdays, begins, ends in plan:
        if ShiftPattern.objects.filter(agent=colleague).exists():
            continue
        for weekday in weekdays:
            hours = {"begins": time(begins), "ends": time(ends)}
            pattern = ShiftPattern.objects.create(
                agent=colleague, weekday=weekday, since=timezone.localdate(now), **hours
            )
            planning.plan_one(pattern, at=now)
