"""Quotes of a cart of five lines over HTTP, in a programme that has everything: rules, tiers, rewards, coupons.

Through gunicorn, limits, a key, and all that a quote looks at. What counts is CPU, of the web processes and of the
database's backends that served them, as in tests.bench.api.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from crm.integrations.api_keys import issue_key
from loyalty import founding, ledger
from loyalty.coupons import coupon_codes
from loyalty.models import CouponPool, Member, MemberTier, Programme, RuleDraft
from loyalty.playbooks.coffee_and_tea import PLAYBOOK
from tests.bench import api
from tests.bench.house import Figure, at_least, superuser
from tests.factories.loyalty_rules import rule

MEMBERS = 500
FIRST = 8_000_000_000  # ids out of everybody's way
START = datetime(2026, 1, 1, tzinfo=UTC)
# Every fifth member holds a coupon of their own.
HOLDS_A_COUPON = 5


def run(asked: int = 400) -> dict[str, Figure]:
    shop = api.a_shop()
    _, key = issue_key(shop=shop, scopes=["*"], name="bench")
    a_programme()
    with api.a_web_server() as (address, master):
        client = api.Api(address, key).client()

        def ask(n: int) -> dict[str, Any]:
            answer = client.post("/api/v1/quotes/", json=a_cart(FIRST + n % MEMBERS, n))
            assert answer.status_code == 200, answer.text
            told: dict[str, Any] = answer.json()
            return told

        for n in range(50):
            told = ask(n)
            assert told["earns"]["points"] and told["best"]["points"] and told["rewards"], told
        before = api.cpu_of(master)
        for n in range(asked):
            ask(n)
        spent = [after - earlier for after, earlier in zip(api.cpu_of(master), before, strict=True)]
    return {
        "quotes over HTTP: requests per CPU second": at_least(asked / sum(spent), 400),
        "of a quote, ms of CPU in the web": Figure(round(1000 * spent[0] / asked, 2)),
        "of a quote, ms of CPU in PostgreSQL": Figure(round(1000 * spent[1] / asked, 2)),
    }


def a_cart(member: int, n: int) -> dict[str, Any]:
    lines = [
        {"id": str(line), "sku": f"BENCH-{(n * 7 + line) % 200}", "quantity": "2", "amount": "9.50"}
        for line in range(5)
    ]
    return {"member": member, "lines": lines, "delivery_amount": "4.90"}


def a_programme() -> Programme:
    """A playbook's, running, with its rules switched on, and members who have points, a tier, and some a coupon."""
    if standing := Programme.objects.filter(slug=PLAYBOOK.slug).first():
        return standing
    with transaction.atomic():
        programme = founding.found(PLAYBOOK, currency="EUR", by=None, at=START)
        for draft in RuleDraft.objects.filter(rule__programme=programme).select_related("rule"):
            rule(
                programme,
                draft.effect,
                draft.effect_settings,
                name=draft.rule.name,
                conditions=draft.conditions,
            )
        founding.start(programme, at=START)
        _people(programme)
    return programme


def _people(programme: Programme) -> None:
    span = [FIRST, FIRST + MEMBERS - 1]
    with superuser() as owner:
        owner.execute(
            "INSERT INTO crm_customer (id, family_name, given_name, patronymic, language, time_zone, "
            "preferred_channel, created_at, updated_at) "
            "SELECT n, 'Bench', 'N', '', 'ru', '', '', now(), now() FROM generate_series(%s, %s) n "
            "ON CONFLICT DO NOTHING",
            span,
        )
    members = Member.objects.bulk_create(
        Member(pk=pk, programme=programme, customer_id=pk, joined_through="staff", joined_at=START)
        for pk in range(span[0], span[1] + 1)
    )
    tiers = list(programme.tiers.order_by("level"))
    MemberTier.objects.bulk_create(
        MemberTier(member=member, track=tier.track, tier=tier, since_at=START)
        for member in members
        for tier in (tiers[member.pk % len(tiers)],)
    )
    ledger.open_wallets([member.pk for member in members])
    pool = CouponPool.objects.create(
        programme=programme,
        names={"en": "Bench"},
        kind="discount",
        settings={"amount": "3.00"},
        starts_at=START,
    )
    for member in members:
        if member.pk % HOLDS_A_COUPON == 0:
            coupon_codes.issue(pool, holder=member, at=START)
    ledger.earn_batch(
        [
            ledger.Earning(member_id=one.pk, key=f"bench:{one.pk}", points=150, occurred_at=START)
            for one in members
        ],
        at=START,
    )
