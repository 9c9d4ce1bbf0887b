import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override

from crm import rules
from crm.models import Customer, TimelineEntry
from crm.people import merging
from crm.typed_settings import UnusableSettings
from loyalty import tier_progress, tiering
from loyalty.entitlements import entitlements
from loyalty.members import referring
from loyalty.models import Member, MemberTier, QualifyingMonth, Tier
from loyalty.privileges import PRIVILEGES, read
from loyalty.tiers import Standing, decide, figure_of, window
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rewards import ReferralTermsFactory
from tests.factories.loyalty_rules import holds_tier, ladder, privilege, rule
from tests.factories.orders import line, placed_order
from tests.factories.shops import UserFactory

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme():
    return ProgrammeFactory(pending_days=0)


@pytest.fixture
def vera(programme):
    return MemberFactory(programme=programme)


def bought(member, external_id, price, *, at=NOON, **more):
    return placed_order(
        external_id,
        customer=member.customer,
        lines=[line(quantity="1", unit_price=price)],
        placed_at=at,
        at=at,
        moments={"paid": at},
        **more,
    )


def months_of(member):
    rows = QualifyingMonth.objects.filter(member=member).order_by("month")
    return [(row.month, row.spend, row.orders, row.points) for row in rows]


def test_a_purchase_counts_in_its_month_and_lifts_the_member_at_once(programme, vera):
    ladder(programme)
    rule(programme)

    bought(vera, "o-1", "999.99", at=NOON - timedelta(days=30))
    bought(vera, "o-2", "0.01")

    assert months_of(vera) == [
        (date(2026, 1, 1), Decimal("999.99"), 1, 999),
        (date(2026, 3, 1), Decimal("0.01"), 1, 0),
    ]
    assert tiering.tier_of(vera, NOON).slug == "silver"
    reached = TimelineEntry.objects.filter(kind="loyalty.tier_reached").order_by("pk")
    assert [entry.fact.aloud() for entry in reached] == [
        "Reached the tier “Bronze”",
        "Reached the tier “Silver”",
    ]


def test_counting_anew_finds_the_same(programme, vera):
    rule(programme)
    bought(vera, "o-1", "20.00")
    before = months_of(vera)
    QualifyingMonth.objects.update(spend=1, orders=5)

    tiering.recount([vera.pk])

    assert months_of(vera) == before


@pytest.mark.parametrize(
    ("figure", "expected"), [("orders", "2"), ("points", "40"), ("visits", "1"), ("spend", "20.00")]
)
def test_any_figure_can_qualify(programme, vera, figure, expected):
    ladder(programme, silver=expected, gold="5000", figure=figure)
    rule(programme, settings={"points": "2", "per": "1.00"})

    bought(vera, "o-1", "10.00", channel="store")
    bought(vera, "o-2", "10.00", at=NOON + timedelta(hours=2), channel="store")

    assert tiering.tier_of(vera, NOON + timedelta(days=1)).slug == "silver"


def friend_of(member, external_id):
    friend = MemberFactory(programme=member.programme)
    referring.refer(friend, code=referring.code_of(member, at=NOON).code, at=NOON)
    referring.note_paid_order(bought(friend, external_id, "10.00").pk)


def friends_of(member):
    return list(QualifyingMonth.objects.filter(member=member).values_list("month", "referrals"))


def test_friends_who_were_brought_qualify_once_nothing_can_come_back(programme, vera):
    ladder(programme, silver="2", gold="5", figure="referrals")
    ReferralTermsFactory(programme=programme, window_days=30)
    friend_of(vera, "o-1")
    friend_of(vera, "o-2")
    assert friends_of(vera) == []

    in_april = NOON + timedelta(days=30)
    assert referring.pay_due(at=in_april) == 2

    assert friends_of(vera) == [(date(2026, 4, 1), 2)]
    assert tiering.tier_of(vera, in_april).slug == "silver"
    tiering.recount([vera.pk])
    assert friends_of(vera) == [(date(2026, 4, 1), 2)], "counted anew, they are the same"
    QualifyingMonth.objects.update(referrals=7, month=date(2026, 1, 1))
    tiering.recount([vera.pk])
    assert sorted(friends_of(vera)) == [(date(2026, 1, 1), 0), (date(2026, 4, 1), 2)]


def test_purchases_and_friends_of_one_month_stand_in_one_row(programme, vera):
    ReferralTermsFactory(programme=programme, window_days=0)
    bought(vera, "o-1", "20.00")
    friend_of(vera, "o-2")

    referring.pay_due(at=NOON)

    assert months_of(vera) == [(date(2026, 3, 1), Decimal("20.00"), 1, 0)]
    assert friends_of(vera) == [(date(2026, 3, 1), 1)]


def test_friends_count_for_the_member_who_goes_on(programme, vera):
    ReferralTermsFactory(programme=programme, window_days=0)
    friend_of(vera, "o-1")
    referring.pay_due(at=NOON)
    survivor = MemberFactory(programme=programme)
    merging.merge(survivor.customer, other=vera.customer, by=UserFactory(), at=NOON)

    tiering.recount_people([survivor.customer_id, vera.customer_id], at=NOON)

    assert friends_of(survivor) == [(date(2026, 3, 1), 1)]


def test_several_ladders_stand_beside_one_another(programme, vera):
    ladder(programme)
    Tier.objects.create(
        programme=programme,
        track="visits",
        slug="regular",
        name="Regular",
        level=1,
        figure="orders",
        threshold=1,
    )

    bought(vera, "o-1", "10.00")

    assert tiering.tier_of(vera, NOON).slug == "bronze"
    assert tiering.tier_of(vera, NOON, track="visits").slug == "regular"


def test_the_night_takes_down_who_bought_too_little_after_the_grace(programme, vera):
    tiers = ladder(programme, grace_days=10)
    holds_tier(vera, tiers["gold"])

    assert tiering.decide_all(programme, at=NOON) == 0
    assert tiering.tier_of(vera, NOON).slug == "gold"
    tenth = NOON + timedelta(days=10)
    assert tiering.decide_all(programme, at=tenth) == 1
    assert tiering.decide_all(programme, at=tenth) == 0

    assert tiering.tier_of(vera, tenth).slug == "silver"
    entry = TimelineEntry.objects.get(kind="loyalty.tier_lost")
    assert (entry.fact.aloud(), entry.fact.aloud_more()) == (
        "The tier “Gold” has ended",
        "From now on: “Silver”",
    )


def test_the_statement_for_all_decides_as_the_pure_function_does(programme):
    dice = random.Random(7)
    tiers = list(ladder(programme, grace_days=14).values())
    members = MemberFactory.create_batch(60, programme=programme)
    for member in members:
        for back in dice.sample(range(30), 3):
            month = date(2026 - (back + 9) // 12, 12 - (back + 9) % 12, 1)
            spend = Decimal(dice.choice([0, 10, 400, 999, 1000, 3000, 5000]))
            QualifyingMonth.objects.create(member=member, month=month, spend=spend)
        if held := dice.choice([None, *tiers]):
            until = dice.choice([None, NOON, NOON + timedelta(days=3), NOON - timedelta(days=3)])
            holds_tier(member, held, until_at=until)
    for is_rolling, softly, grace in ((True, True, 14), (True, False, 0), (False, True, 0)):
        Tier.objects.update(
            period="rolling" if is_rolling else "calendar", lands_softly=softly, grace_days=grace
        )
        its = tiering.ladders(Tier.objects.all())["main"]
        due = {one.member_id: one for one in tiering.due(programme, "main", its, at=NOON)}
        for member in members:
            held = MemberTier.objects.filter(member=member, ended_at=None).first()
            standing = Standing(tier_id=held and held.tier_id, until_at=held and held.until_at)
            rows = QualifyingMonth.objects.filter(member=member)
            figure = figure_of({row.month: row.spend for row in rows}, window(its, NOON.date()))
            wanted = decide(its, standing, figure, at=NOON)
            found = due.get(member.pk)
            got = Standing(tier_id=found.tier_id, until_at=found.until_at) if found else standing
            assert got == wanted, (member.pk, standing, figure)


def test_a_merged_person_counts_as_one(programme, vera):
    ladder(programme)
    rule(programme)
    bought(vera, "o-1", "600.00")
    other = CustomerFactory()
    placed_order(
        "o-2",
        customer=other,
        lines=[line(quantity="1", unit_price="600.00")],
        placed_at=NOON,
        at=NOON,
        moments={"paid": NOON},
    )
    merging.merge(vera.customer, other=other, by=UserFactory(), at=NOON)

    tiering.recount_people([vera.customer_id], at=NOON)

    assert tiering.tier_of(vera, NOON).slug == "silver"


# ── what is said ─────────────────────────────────────────────────────────────
def test_progress_says_what_is_needed_to_rise_and_to_stay(programme, vera):
    ladder(programme)
    bought(vera, "o-1", "1200.00", at=NOON - timedelta(days=300))

    with override("en"):
        (progress,) = tier_progress.progress(vera, NOON)

    assert (progress.tier.slug, progress.next_tier.slug, progress.figure) == ("silver", "gold", Decimal(1200))
    assert progress.to_rise == "Purchases for €3,800.00 more lead to the tier “Gold”."
    assert progress.to_stay.startswith("Purchases for €1,000.00 more before ")
    assert progress.share_percent == 24


@pytest.mark.parametrize("figure", Tier.Figure.values)
@pytest.mark.parametrize("language", ["en", "ru", "bg"])
def test_whatever_counts_is_said_in_whole_sentences(programme, vera, figure, language):
    tiers = ladder(programme, silver="2", gold="3", figure=figure)
    holds_tier(vera, tiers["silver"])

    with override(language):
        (progress,) = tier_progress.progress(vera, NOON)

    for sentence in (progress.to_rise, progress.to_stay):
        assert sentence.endswith(".")
        assert "{" not in sentence


# ── privileges ───────────────────────────────────────────────────────────────
def test_base_tiers_wait_for_early_access_until_the_public_date_and_gold_does_not(programme, vera):
    tiers = ladder(programme)
    gold = MemberFactory(programme=programme)
    holds_tier(vera, tiers["bronze"])
    holds_tier(gold, tiers["gold"])
    public = NOON + timedelta(days=3)
    privilege(
        tiers["gold"],
        "early_access",
        from_at=(NOON - timedelta(days=1)).isoformat(),
        public_at=public.isoformat(),
        skus=["TEA-NEW"],
    )

    def allowed(member, at):
        (one,) = entitlements(member, at)
        return one.is_allowed

    assert (allowed(vera, NOON), allowed(gold, NOON)) == (False, True)
    assert (allowed(vera, public), allowed(gold, public)) == (True, True)
    assert allowed(gold, NOON - timedelta(days=2)) is False


def test_free_delivery_is_there_only_while_the_tier_is(programme, vera):
    tiers = ladder(programme)
    privilege(tiers["silver"], "free_delivery", from_amount="50.00")
    holds_tier(vera, tiers["silver"], NOON, ended_at=NOON + timedelta(days=1))

    def allowed(at):
        (one,) = entitlements(vera, at)
        return one.is_allowed

    assert [allowed(NOON + timedelta(days=day)) for day in (-1, 0, 1)] == [False, True, False]


def test_of_one_kind_the_best_that_is_held_counts(programme, vera):
    tiers = ladder(programme)
    privilege(tiers["silver"], "free_delivery", from_amount="50.00")
    privilege(tiers["gold"], "free_delivery")
    holds_tier(vera, tiers["gold"])

    (one,) = entitlements(vera, NOON)

    assert (one.tier.slug, one.sentence) == ("gold", "Delivery is free.")


PRIVILEGE_SAMPLES = {
    "free_delivery": {"from_amount": "50.00"},
    "early_access": {
        "from_at": "2026-03-01T00:00:00+02:00",
        "public_at": "2026-03-04T00:00:00+02:00",
        "categories": [3],
    },
    "exclusive_offers": {},
    "personal_manager": {},
    "priority_support": {"level": 2},
    "event_seats": {"seats_a_year": 2},
}


def test_every_privilege_survives_being_kept_as_json_and_says_itself_aloud():
    assert PRIVILEGE_SAMPLES.keys() == PRIVILEGES.keys()
    for kind, settings in PRIVILEGE_SAMPLES.items():
        assert read(kind, read(kind, settings).settings()) == read(kind, settings)
        assert "{" not in read(kind, settings).aloud()


@pytest.mark.parametrize(
    ("kind", "settings", "pointer"),
    [
        (
            "early_access",
            {**PRIVILEGE_SAMPLES["early_access"], "public_at": "2026-03-01T00:00:00+02:00"},
            "/public_at",
        ),
        ("early_access", {**PRIVILEGE_SAMPLES["early_access"], "from_at": "2026-03-01"}, "/from_at"),
        ("priority_support", {"level": 4}, "/level"),
        ("event_seats", {"seats_a_year": 0}, "/seats_a_year"),
        ("invisible", {}, "/kind"),
    ],
)
def test_a_privilege_that_cannot_be_used_is_refused_where_it_is_wrong(kind, settings, pointer):
    with pytest.raises(UnusableSettings) as refused:
        read(kind, settings)

    assert [fault.pointer for fault in refused.value.faults] == [pointer]


# ── conditions about members ─────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("condition", "finds"),
    [
        ({"field": "member.tier", "op": "eq", "value": "gold"}, True),
        ({"field": "member.tier", "op": "in", "value": ["bronze", "silver"]}, False),
        ({"field": "member.tier_level", "op": "gte", "value": 2}, True),
        ({"field": "member.points", "op": "eq", "value": 0}, True),
        ({"field": "member.since", "op": "before", "value": "2026-01-01"}, True),
    ],
)
def test_conditions_ask_about_the_member_in_sql_and_in_python_alike(programme, vera, condition, finds):
    holds_tier(vera, ladder(programme)["gold"])
    stranger = CustomerFactory()

    found = Customer.objects.filter(rules.where(condition, "customer", at=NOON, clock=UTC))

    assert (vera.customer in found) is finds
    assert stranger not in found
    assert rules.holds(condition, "customer", vera.customer, at=NOON, clock=UTC) is finds
    assert rules.holds(condition, "customer", stranger, at=NOON, clock=UTC) is False


def test_who_left_is_not_decided_about(programme):
    ladder(programme)
    gone = MemberFactory(programme=programme, left_at=NOON)

    assert tiering.decide_all(programme, at=NOON) == 0
    assert Member.objects.get(pk=gone.pk).tiers.count() == 0
