"""What the programme keeps about a person. Ids, points and times stay after erasure; what colleagues typed goes."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.models import Identity
from crm.personal_data import Erasing, Holding, Ids
from loyalty.coupons import reward_holdings as rewards
from loyalty.models import (
    AdjustmentRequest,
    AmendedEarning,
    Card,
    CardLink,
    CartCode,
    JoiningRequest,
    Member,
    MemberTier,
    QualifyingMonth,
    ReplayShare,
    TillOperation,
    Transaction,
)


def _forget_reasons(erasing: Erasing) -> None:
    AdjustmentRequest.objects.filter(member__customer_id__in=erasing.ids).update(reason="", decision_note="")


def _forget_cards(erasing: Erasing) -> None:
    Card.objects.filter(member__customer_id__in=erasing.ids).update(block_reason="")
    links = CardLink.objects.filter(member__customer_id__in=erasing.ids, ended_at=None)
    links.update(ended_at=erasing.at)


def _typed_by(ids: Ids) -> QuerySet[JoiningRequest]:
    """What stands on the joining page with an address of theirs, for half an hour at most."""
    same = Identity.objects.filter(customer__in=ids, kind=OuterRef("kind"), value=OuterRef("value"))
    return JoiningRequest.objects.filter(Exists(same) | Q(member__customer__in=ids))


MEMBERS = Holding(
    name="memberships",
    title=_("Loyalty programmes"),
    model=Member,
    rows=lambda ids: Member.objects.filter(customer_id__in=ids),
    tells=("programme__name", "joined_at", "joined_through", "left_at"),
)
POINTS = Holding(
    name="points",
    title=_("Points"),
    model=Transaction,
    rows=lambda ids: Transaction.objects.filter(wallet__member__customer_id__in=ids),
    tells=("kind", "points", "occurred_at", "order__number"),
)
MEMBER_TIERS = Holding(
    name="member_tiers",
    title=_("Tiers"),
    model=MemberTier,
    rows=lambda ids: MemberTier.objects.filter(member__customer_id__in=ids),
    tells=("tier__name", "since_at", "ended_at"),
)
QUALIFYING = Holding(
    name="qualifying_months",
    title=_("What counted towards tiers"),
    model=QualifyingMonth,
    rows=lambda ids: QualifyingMonth.objects.filter(member__customer_id__in=ids),
    tells=("month", "spend", "orders", "points", "visits", "referrals"),
)
ADJUSTMENTS = Holding(
    name="point_adjustments",
    title=_("Adjustments of points"),
    model=AdjustmentRequest,
    rows=lambda ids: AdjustmentRequest.objects.filter(member__customer_id__in=ids),
    tells=("points", "reason", "requested_at", "decision"),
    erase=_forget_reasons,
)
CARDS = Holding(
    name="cards",
    title=_("Cards"),
    model=Card,
    rows=lambda ids: Card.objects.filter(member__customer_id__in=ids),
    tells=("number", "issued_at", "blocked_at"),
    erase=_forget_cards,
)
JOINING = Holding(
    name="joining_requests",
    title=_("Typed on the joining page"),
    model=JoiningRequest,
    rows=_typed_by,
    tells=("given_name", "kind", "value", "asked_at"),
    erase=lambda erasing: _typed_by(erasing.ids).delete(),
)
REPLAYS = Holding(
    name="rule_replays",
    title=_("Rules tried on past purchases"),
    model=ReplayShare,
    rows=lambda ids: ReplayShare.objects.filter(customer__in=ids),
    tells=("orders_count", "points_now", "points_then"),
    erase=lambda erasing: ReplayShare.objects.filter(customer__in=erasing.ids).delete(),
)
AT_THE_TILL = Holding(
    name="till_operations",
    title=_("Entered at the till"),
    model=TillOperation,
    rows=lambda ids: TillOperation.objects.filter(
        Q(member__customer_id__in=ids) | Q(order__customer_id__in=ids)
    ),
    tells=("kind", "done_at", "order__number", "points_spent", "points_taken", "points_given"),
)
AMENDED = Holding(
    name="changed_earnings",
    title=_("Points of orders that were changed"),
    model=AmendedEarning,
    rows=lambda ids: AmendedEarning.objects.filter(order__customer__in=ids),
    tells=("order__number", "points", "recorded_at"),
)
IN_CARTS = Holding(
    name="codes_in_carts",
    title=_("Codes in carts"),
    model=CartCode,
    rows=lambda ids: CartCode.objects.filter(
        Q(hold__wallet__member__customer_id__in=ids) | Q(order__customer_id__in=ids)
    ),
    tells=("code", "amount", "currency", "asked_at", "order__number", "paid_at", "ended_at"),
)
# Known by the addresses of the person: it goes before these do.
TRACES = (JOINING,)
HOLDINGS = (
    *rewards.HOLDINGS,
    REPLAYS,
    CARDS,
    MEMBERS,
    MEMBER_TIERS,
    QUALIFYING,
    POINTS,
    AMENDED,
    ADJUSTMENTS,
    AT_THE_TILL,
    IN_CARTS,
)
