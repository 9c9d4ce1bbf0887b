"""Customers: who they are, what happened to them, where they stand, and their orders."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.conf import settings
from django.db.models import (
    F,
    Func,
    IntegerField,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models import Field as ModelField
from django.db.models.functions import Coalesce, ExtractDay, ExtractMonth, ExtractYear, NullIf, TruncDate
from django.utils.translation import gettext_lazy as _

from crm.facts.base import kinds_asked_about
from crm.messages.channel_names import CHANNELS
from crm.models import (
    Address,
    CustomerFigures,
    Identity,
    Order,
    RiskLevel,
    Segment,
    SegmentMember,
    TimelineEntry,
)
from crm.people.identity_kinds import IdentityKind
from crm.people.same_person import ids_of
from crm.rule_fields import businesses, consents
from crm.rule_fields.persons import OfPerson, everyones, known, there_is
from crm.rules.kinds import Amount, Birthday, Choice, Instant, Reference, Text, Whole, YesNo
from crm.rules.moments import Moment, day_of_year
from crm.rules.registry import Collection, Field, Root, Row, add_fields, add_root, along
from crm.worth.categories import Category as Standing
from crm.worth.stages import Stage

# ── What happened ────────────────────────────────────────────────────────────
add_root(Root(name="event", label=_("What happened")))
add_fields(
    "event",
    Field(name="event.kind", kind=Choice(kinds_asked_about), label=_("What happened"), path="kind"),
    Field(name="event.at", kind=Instant(), label=_("It happened"), path="occurred_at"),
    Field(
        name="event.shop", kind=Reference("crm.Shop"), label=_("In which shop it happened"), path="shop_id"
    ),
    Field(
        name="event.channel",
        kind=Choice(lambda: ((code, name) for code, (name, _icon) in CHANNELS.items())),
        label=_("By which channel it happened"),
        path="channel",
    ),
)

# ── Segments ─────────────────────────────────────────────────────────────────
add_root(Root(name="segment", label=_("Segment of the customer")))
add_fields(
    "segment",
    Field(
        name="segment.is",
        kind=Reference("crm.Segment", offered=lambda reader: Segment.objects.kept().seen_by(reader)),
        label=_("Segment"),
        path="segment_id",
    ),
    Field(name="segment.since", kind=Instant(), label=_("In the segment since"), path="since"),
)


# ── Customers ────────────────────────────────────────────────────────────────
def _has(kind: IdentityKind) -> dict[str, Any]:
    return there_is(lambda: Identity.objects.filter(kind=kind))


def _age(customer: Any, moment: Moment) -> int | None:
    born: date | None = customer.birthday
    if born is None:
        return None
    return moment.today.year - born.year - (day_of_year(born) > day_of_year(moment.today))


def _age_sql(row: Row, moment: Moment) -> Any:
    born = row.column("birthday")
    comes_later = Func(
        ExtractMonth(born) * 100 + ExtractDay(born),
        Value(day_of_year(moment.today)),
        template="(%(expressions)s)::int",
        arg_joiner=" > ",
        output_field=IntegerField(),
    )
    return Value(moment.today.year) - ExtractYear(born) - comes_later


def _days_since(path: str) -> dict[str, Any]:
    def sql(row: Row, moment: Moment) -> Any:
        return Func(
            Value(moment.today),
            TruncDate(row.column(path), tzinfo=moment.clock),
            template="(%(expressions)s)",
            arg_joiner="::date - ",
            output_field=IntegerField(),
        )

    def value(customer: Any, moment: Moment) -> int | None:
        at = along(customer, path)
        return None if at is None else (moment.today - moment.local(at).date()).days

    return {"sql": sql, "value": value}


def _figure(name: str, kind: Any, label: Any, column: str) -> Field:
    """A figure that is 0 for who has none yet."""
    path = f"figures__{column}"
    output = cast("ModelField[Any, Any]", CustomerFigures._meta.get_field(column))
    zero = Value(0, output_field=output)
    return Field(
        name=name,
        kind=kind,
        label=label,
        sql=lambda row, _moment: known(row, Coalesce(row.column(path), zero, output_field=output)),
        value=lambda customer, _moment: along(customer, path) or 0,
    )


def _worth(name: str, kind: Any, label: Any, column: str) -> Field:
    """As of the latest night. What is not judged yet is empty, and so not known."""
    path = f"worth__{column}"
    return Field(
        name=name,
        kind=kind,
        label=label,
        sql=lambda row, _moment: NullIf(row.column(path), Value("")),
        value=lambda customer, _moment: along(customer, path) or None,
    )


def _address(column: str) -> dict[str, Any]:
    def sql(row: Row, _moment: Moment) -> Any:
        return _first(Address.objects.filter(customer=row.outer("pk")), column)

    def value(customer: Any, _moment: Moment) -> str | None:
        main = sorted(customer.addresses.all(), key=lambda address: (not address.is_main, address.pk))
        return getattr(main[0], column) if main else None

    return {"sql": sql, "value": value}


def _first(addresses: QuerySet[Address], column: str) -> Any:
    return Subquery(addresses.order_by("-is_main", "pk").values(column)[:1])


add_root(Root(name="customer", label=_("Customer")))
add_fields(
    "customer",
    Field(
        name="customer.language",
        kind=Choice(lambda: settings.LANGUAGES),
        label=_("Language of the customer"),
        path="language",
    ),
    Field(
        name="customer.birthday",
        kind=Birthday(),
        label=_("Birthday of the customer"),
        path="birthday",
        personal=True,
    ),
    Field(
        name="customer.age",
        kind=Whole(),
        label=_("Age of the customer, in years"),
        sql=_age_sql,
        value=_age,
        personal=True,
        moves_with_time=True,
    ),
    Field(name="customer.has_phone", kind=YesNo(), label=_("A phone is known"), **_has(IdentityKind.PHONE)),
    Field(name="customer.has_email", kind=YesNo(), label=_("An e-mail is known"), **_has(IdentityKind.EMAIL)),
    Field(name="customer.created_at", kind=Instant(), label=_("Known to us"), path="created_at"),
    Field(
        name="customer.city",
        kind=Text(),
        label=_("City of the customer"),
        personal=True,
        **_address("city"),
    ),
    Field(
        name="customer.region",
        kind=Text(),
        label=_("Region of the customer's address"),
        personal=True,
        **_address("region"),
    ),
    Field(
        name="customer.country",
        kind=Text(),
        label=_("Country of the customer, in two letters"),
        **_address("country"),
    ),
    _figure("customer.order_count", Whole(), _("Orders of the customer so far"), "orders"),
    _figure("customer.return_count", Whole(), _("Returns of the customer so far"), "returns"),
    _figure("customer.net_revenue", Amount(), _("Net revenue from the customer"), "net_revenue"),
    Field(
        name="customer.first_order_at",
        kind=Instant(),
        label=_("First order of the customer"),
        path="figures__first_order_at",
    ),
    Field(
        name="customer.last_order_at",
        kind=Instant(),
        label=_("Latest order of the customer"),
        path="figures__last_order_at",
    ),
    Field(
        name="customer.days_since_last_order",
        kind=Whole(),
        label=_("Days since the customer's latest order"),
        moves_with_time=True,
        **_days_since("figures__last_order_at"),
    ),
    _worth("customer.category", Choice(lambda: Standing.choices), _("Category of the customer"), "category"),
    _worth("customer.stage", Choice(lambda: Stage.choices), _("Stage of the customer"), "stage"),
    _worth("customer.risk", Choice(lambda: RiskLevel.choices), _("Risk of losing the customer"), "risk"),
    Field(
        name="customer.recency_score",
        kind=Whole(),
        label=_("Bought lately, from 1 to 5"),
        path="worth__recency",
    ),
    Field(
        name="customer.frequency_score",
        kind=Whole(),
        label=_("Buys often, from 1 to 5"),
        path="worth__frequency",
    ),
    Field(
        name="customer.money_score",
        kind=Whole(),
        label=_("Spends much, from 1 to 5"),
        path="worth__monetary",
    ),
    Field(
        name="customer.expected_value",
        kind=Amount(),
        label=_("Revenue to be expected from the customer"),
        path="worth__expected_value",
    ),
    Collection(
        name="customer.orders",
        item="order",
        label=_("Orders of the customer"),
        number_label=_("Number of the customer's orders"),
        rows=lambda row: Order.objects.filter(OfPerson("customer_id", row.outer("pk")), cancelled_at=None),
        items=lambda customer: Order.objects.filter(customer__in=ids_of(customer), cancelled_at=None),
        everyones=lambda: everyones(Order.objects.filter(cancelled_at=None)),
    ),
)
add_fields(
    "customer",
    Collection(
        name="customer.events",
        item="event",
        label=_("What happened with the customer"),
        number_label=_("How often something happened with the customer"),
        rows=lambda row: TimelineEntry.objects.filter(OfPerson("customer_id", row.outer("pk"))),
        items=lambda customer: TimelineEntry.objects.filter(customer__in=ids_of(customer)),
        everyones=lambda: everyones(TimelineEntry.objects.all()),
    ),
    Collection(
        name="customer.segments",
        item="segment",
        label=_("Segments of the customer"),
        number_label=_("Number of the customer's segments"),
        rows=lambda row: SegmentMember.objects.filter(customer=row.outer("pk"), segment__archived_at=None),
        items=lambda customer: SegmentMember.objects.filter(customer=customer.pk, segment__archived_at=None),
        everyones=lambda: SegmentMember.objects.filter(segment__archived_at=None).annotate(
            whose=F("customer_id")
        ),
    ),
)
add_fields("customer", *businesses.FIELDS, *consents.FIELDS)
