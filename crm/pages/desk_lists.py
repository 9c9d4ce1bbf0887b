"""The lists of the desk that crm itself knows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import ExtractDay, ExtractMonth
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.colleagues import own_shops
from crm.colleagues.desk import ROWS, DeskList, Morning, Row
from crm.models import Customer, ParkedEntry, Shipment, Task
from crm.purchases.delivery_promises import verdict
from crm.words.wording import near, near_day


def tasks_due(morning: Morning) -> DeskList | None:
    """The reader's own, up to this evening; what is late comes first by itself."""
    if not morning.reader.has_perm("crm.view_task"):
        return None
    due = Task.objects.due(morning.evening).filter(owner=morning.reader)
    found = due.select_related("customer").order_by("due_at", "pk")[: ROWS + 1]
    rows = [
        Row(
            text=task.title,
            url=reverse("crm:task", args=[task.pk]),
            more=str(task.customer or ""),
            end=near(task.due_at, morning.at),
            mood="bad" if task.due_at < morning.at else "",
        )
        for task in found
    ]
    return DeskList(
        title=_("Your tasks for today"),
        icon="check",
        rows=rows[:ROWS],
        is_cut=len(rows) > ROWS,
        url=f"{reverse('admin:crm_task_changelist')}?state=open&whose=mine&due=today",
        empty=_("Nothing is due today. Tasks are set on a customer's page."),
    )


def orders_past_their_promise(morning: Morning) -> DeskList | None:
    """The longest late first. A parcel that came, or an order that was cancelled, is late no more."""
    if not morning.reader.has_perm("crm.view_order"):
        return None
    late = own_shops.seen_by(morning.reader, Shipment.objects.overdue(morning.today), shop="order__shop")
    found = late.select_related("order__customer").order_by("promised_on", "pk")[: ROWS + 1]
    rows = [
        Row(
            text=_("Order %(number)s") % {"number": parcel.order.number},
            url=reverse("admin:crm_order_change", args=[parcel.order_id]),
            more=str(parcel.order.customer or ""),
            end=verdict(promised_on=parcel.promised_on, delivered_on=None, today=morning.today).aloud(
                morning.today
            ),
            mood="bad",
        )
        for parcel in found
    ]
    return DeskList(
        title=_("Orders past their promised day"),
        icon="warning",
        rows=rows[:ROWS],
        is_cut=len(rows) > ROWS,
        url=f"{reverse('admin:crm_order_changelist')}?promise=broken",
        empty=_("Every parcel is within its promise."),
    )


def birthdays(morning: Morning) -> DeskList | None:
    """Today's and tomorrow's: first of those the reader looks after, then of those who bought for most."""
    if not morning.reader.has_perm("crm.view_customer"):
        return None
    days = [morning.today, morning.today + timedelta(days=1)]
    found = _born_on(days, morning)[: ROWS + 1]
    rows = [
        Row(
            text=str(person),
            url=reverse("crm:customer", args=[person.pk]),
            end=near_day(_day_of(person.birthday, days), morning.today),
        )
        for person in found
    ]
    return DeskList(
        title=_("Birthdays"),
        icon="gift",
        rows=rows[:ROWS],
        is_cut=len(rows) > ROWS,
        empty=_("Nobody we know has a birthday today or tomorrow."),
    )


def parked_failures(morning: Morning) -> DeskList | None:
    if not morning.reader.has_perm("crm.view_parkedentry"):
        return None
    found = ParkedEntry.objects.select_related("entry").order_by("-pk")[: ROWS + 1]
    rows = [
        Row(
            text=parked.reaction,
            url=reverse("admin:crm_parkedentry_change", args=[parked.pk]),
            more=parked.entry.kind,
            end=near(parked.parked_at, morning.at),
            mood="" if parked.next_try_at else "bad",
        )
        for parked in found
    ]
    return DeskList(
        title=_("Parked failures"),
        icon="pause",
        rows=rows[:ROWS],
        is_cut=len(rows) > ROWS,
        url=reverse("admin:crm_parkedentry_changelist"),
        empty=_("Everything that happened has been passed on."),
    )


def _born_on(days: list[date], morning: Morning) -> QuerySet[Customer]:
    """By the index customers_by_day_of_birth. Born on 29 February: on the 28th of other years."""
    wanted = Q()
    for month, day in _dates_of_birth(days):
        wanted |= Q(birth_month=month, birth_day=day)
    today: Any = Case(When(birth_day=days[0].day, then=Value(0)), default=Value(1))
    ours = Q(account_manager=morning.reader) | Q(deputy_manager=morning.reader)
    return (
        Customer.objects.filter(birthday__isnull=False, merged_into=None, erased_at=None)
        .annotate(birth_month=ExtractMonth("birthday"), birth_day=ExtractDay("birthday"))
        .filter(wanted)
        .order_by(
            Case(When(ours, then=Value(0)), default=Value(1)),
            today,
            F("figures__net_revenue").desc(nulls_last=True),
            "pk",
        )
    )


def _dates_of_birth(days: list[date]) -> list[tuple[int, int]]:
    found = [(day.month, day.day) for day in days]
    skips_a_day = any((day.month, day.day) == (2, 28) and _is_common(day) for day in days)
    return [*found, (2, 29)] if skips_a_day else found


def _day_of(birthday: date | None, days: list[date]) -> date:
    """Which of `days` is celebrated."""
    if birthday is None:
        return days[0]
    same = [day for day in days if (day.month, day.day) == (birthday.month, birthday.day)]
    return same[0] if same else next(day for day in days if (day.month, day.day) == (2, 28))


def _is_common(day: date) -> bool:
    return (day + timedelta(days=1)).month == 3
