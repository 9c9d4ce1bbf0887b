"""What conditions can ask about a customer as a member: see crm.rules. Of several programmes the first one joined."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import (
    BigIntegerField,
    DateTimeField,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
)
from django.db.models import (
    Field as ModelField,
)
from django.utils.translation import gettext_lazy as _

from crm.people.same_person import ids_of
from crm.rule_fields import OfPerson, everyones, first_of_each, there_is
from crm.rules.kinds import Choice, Instant, Reference, Whole, YesNo
from crm.rules.moments import Moment
from crm.rules.registry import Collection, Field, Root, Row, add_fields, add_root
from loyalty.models import Card, Coupon, Lot, Member, MemberTier, Referral, Tier


def _members(row: Row) -> Any:
    its = Member.objects.filter(OfPerson("customer_id", row.outer("pk")))
    return its.filter(merged_into=None, left_at=None).order_by("pk")


def _of_member(path: str, output: ModelField[Any, Any]) -> dict[str, Any]:
    def sql(row: Row, _moment: Moment) -> Any:
        return Subquery(_members(row).values(path)[:1])

    def value(customer: Any, _moment: Moment) -> Any:
        return Member.objects.of_person(customer.pk).current().values_list(path, flat=True).first()

    def told() -> Any:
        return first_of_each(everyones(Member.objects.current()), path, order_by="pk", output=output)

    return {"sql": sql, "value": value, "everyones": told}


def _of_tier(path: str, output: ModelField[Any, Any]) -> dict[str, Any]:
    def sql(row: Row, _moment: Moment) -> Any:
        # The tier inside the member's own query: what `row` means is known one query further in, and no deeper.
        held = MemberTier.objects.filter(member=OuterRef("pk"), ended_at=None, track="main")
        members = _members(row).annotate(of_tier=Subquery(held.values(path)[:1], output_field=output))
        return Subquery(members.values("of_tier")[:1], output_field=output)

    def value(customer: Any, _moment: Moment) -> Any:
        member = Member.objects.of_person(customer.pk).current().first()
        held = MemberTier.objects.filter(member=member, ended_at=None, track="main")
        return held.values_list(path, flat=True).first() if member else None

    def told() -> Any:
        is_held = Q(tiers__ended_at=None, tiers__track="main")
        members = Member.objects.current().annotate(held=FilteredRelation("tiers", condition=is_held))
        return first_of_each(everyones(members), f"held__{path}", order_by="pk", output=output)

    return {"sql": sql, "value": value, "everyones": told}


def _tiers() -> Iterable[tuple[str, str]]:
    return Tier.objects.filter(track="main").order_by("level").values_list("slug", "name")


def _of_the_members(name: str, item: str, labels: tuple[Any, Any], rows: Any, customer: str) -> Collection:
    """A list of what stands with any member of the person; `customer` leads from a row to the member's customer."""
    return Collection(
        name=name,
        item=item,
        label=labels[0],
        number_label=labels[1],
        rows=lambda row: rows().filter(OfPerson(f"{customer}_id", row.outer("pk"))),
        items=lambda one: rows().filter(**{f"{customer}__in": ids_of(one)}),
        everyones=lambda: everyones(rows(), customer),
    )


def _lots() -> QuerySet[Lot]:
    return Lot.objects.filter(remaining__gt=0)


def _coupons() -> QuerySet[Coupon]:
    return Coupon.objects.of_use()


def _referrals() -> QuerySet[Referral]:
    return Referral.objects.filter(refused_at=None)


add_root(Root(name="lot", label=_("Points that came together")))
add_fields(
    "lot",
    Field(name="lot.points", kind=Whole(), label=_("Points that are left of these"), path="remaining"),
    Field(name="lot.expires_at", kind=Instant(), label=_("These points expire"), path="expires_at"),
)
add_root(Root(name="coupon", label=_("Coupon of the member")))
add_fields(
    "coupon",
    Field(
        name="coupon.pool",
        kind=Reference("loyalty.CouponPool"),
        label=_("Pool of the coupon"),
        path="pool_id",
    ),
    Field(
        name="coupon.valid_until", kind=Instant(), label=_("The coupon is valid until"), path="valid_until"
    ),
)
add_root(Root(name="referral", label=_("Friend whom the member brought")))
add_fields(
    "referral",
    Field(name="referral.at", kind=Instant(), label=_("The friend was brought"), path="referred_at"),
    Field(name="referral.paid_at", kind=Instant(), label=_("Both got their points for it"), path="paid_at"),
)

add_fields(
    "customer",
    Field(
        name="member.tier",
        kind=Choice(_tiers),
        label=_("Tier of the member"),
        **_of_tier("tier__slug", TextField()),
    ),
    Field(
        name="member.tier_level",
        kind=Whole(),
        label=_("Level of the member's tier"),
        **_of_tier("tier__level", IntegerField()),
    ),
    Field(
        name="member.points",
        kind=Whole(),
        label=_("Points that the member can spend"),
        **_of_member("wallet__available", BigIntegerField()),
    ),
    Field(
        name="member.since",
        kind=Instant(),
        label=_("Member since"),
        **_of_member("joined_at", DateTimeField()),
    ),
    Field(
        name="member.has_card",
        kind=YesNo(),
        label=_("The member has a card that is not blocked"),
        **there_is(lambda: Card.objects.filter(blocked_at=None), "member__customer"),
    ),
    Field(
        name="member.was_brought",
        kind=YesNo(),
        label=_("The member was brought by a friend"),
        **there_is(_referrals, "friend__customer"),
    ),
    _of_the_members(
        "member.lots",
        "lot",
        (_("Points of the member, as they came"), _("How often points came that are left")),
        _lots,
        "wallet__member__customer",
    ),
    _of_the_members(
        "member.coupons",
        "coupon",
        (_("Coupons that the member can use"), _("Number of coupons that the member can use")),
        _coupons,
        "holder__customer",
    ),
    _of_the_members(
        "member.referrals",
        "referral",
        (_("Friends whom the member brought"), _("Number of friends whom the member brought")),
        _referrals,
        "referrer__customer",
    ),
)
