"""What conditions can ask about a customer as a member: see crm.rules. Of several programmes the first one joined."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import IntegerField, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from crm.rule_fields import OfPerson
from crm.rules.kinds import Choice, Instant, Whole
from crm.rules.moments import Moment
from crm.rules.registry import Field, Row, add_fields
from loyalty.models import Member, MemberTier, Tier


def _members(row: Row) -> Any:
    its = Member.objects.filter(OfPerson("customer_id", row.outer("pk")))
    return its.filter(merged_into=None, left_at=None).order_by("pk")


def _of_member(path: str) -> dict[str, Any]:
    def sql(row: Row, _moment: Moment) -> Any:
        return Subquery(_members(row).values(path)[:1])

    def value(customer: Any, _moment: Moment) -> Any:
        return Member.objects.of_person(customer.pk).current().values_list(path, flat=True).first()

    return {"sql": sql, "value": value}


def _of_tier(path: str, **output: Any) -> dict[str, Any]:
    def sql(row: Row, _moment: Moment) -> Any:
        # The tier inside the member's own query: what `row` means is known one query further in, and no deeper.
        held = MemberTier.objects.filter(member=OuterRef("pk"), ended_at=None, track="main")
        members = _members(row).annotate(of_tier=Subquery(held.values(path)[:1], **output))
        return Subquery(members.values("of_tier")[:1], **output)

    def value(customer: Any, _moment: Moment) -> Any:
        member = Member.objects.of_person(customer.pk).current().first()
        held = MemberTier.objects.filter(member=member, ended_at=None, track="main")
        return held.values_list(path, flat=True).first() if member else None

    return {"sql": sql, "value": value}


def _tiers() -> Iterable[tuple[str, str]]:
    return Tier.objects.filter(track="main").order_by("level").values_list("slug", "name")


add_fields(
    "customer",
    Field(
        name="member.tier",
        kind=Choice(_tiers),
        label=_("Tier of the member"),
        **_of_tier("tier__slug"),
    ),
    Field(
        name="member.tier_level",
        kind=Whole(),
        label=_("Level of the member's tier"),
        **_of_tier("tier__level", output_field=IntegerField()),
    ),
    Field(
        name="member.points",
        kind=Whole(),
        label=_("Points that the member can spend"),
        **_of_member("wallet__available"),
    ),
    Field(
        name="member.since",
        kind=Instant(),
        label=_("Member since"),
        **_of_member("joined_at"),
    ),
)
