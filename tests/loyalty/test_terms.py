"""What a programme promises is remembered by its edition: a till never quotes what was replaced."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import transaction

from loyalty import ledger
from loyalty.models import Member, Programme, Reward, RewardQuota, Rule, Tier
from loyalty.rules.terms import terms_of
from tests.api_client import ShopSystem
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rewards import RewardFactory
from tests.factories.loyalty_rules import ladder, rule

NOW = datetime.now(UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> Programme:
    return ProgrammeFactory()


@pytest.fixture
def vera(programme: Programme) -> Member:
    rule(programme, name="Base")
    member = MemberFactory(programme=programme)
    ledger.earn(member.pk, lots=[ledger.Lot(points=1500)], key="gift", occurred_at=NOW, at=NOW)
    return member


def edition_of(programme: Programme) -> UUID:
    return Programme.objects.values_list("edition", flat=True).get(pk=programme.pk)


def quote(member: Member, shop: ShopSystem | None = None):
    line = {"id": "1", "sku": "TEA", "quantity": "1", "amount": "20.00"}
    answer = (shop or ShopSystem()).post("quotes/", {"member": member.pk, "lines": [line]})
    assert answer.status == 200, answer.body
    return answer.body


CHANGES: dict[str, Callable[[Programme], object]] = {
    "the programme": lambda programme: programme.save(),
    "a new rule": lambda programme: rule(programme, "fixed", {"points": 5}, name="More"),
    "a rule switched off": lambda programme: programme.rules.update(active_version=None),
    "a new reward": lambda programme: RewardFactory(programme=programme),
    "a reward's price": lambda programme: programme.rewards.update(points=7),
    "a reward that is counted from now on": lambda programme: programme.rewards.update(stock=7),
    "a reward taken away": lambda programme: programme.rewards.all().delete(),
    "a new tier": lambda programme: Tier.objects.create(programme=programme, slug="top", level=9),
    "a tier's threshold": lambda programme: programme.tiers.update(threshold=7),
    "a new quota": lambda programme: RewardQuota.objects.create(
        reward=programme.rewards.get(), tier=programme.tiers.first()
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_the_terms_makes_another_edition(programme, change):
    rule(programme, name="Base")
    ladder(programme)
    RewardFactory(programme=programme, stock=None)
    before = edition_of(programme)

    CHANGES[change](programme)

    assert edition_of(programme) != before


def test_the_terms_of_other_programmes_stay_as_they_are(programme):
    other = ProgrammeFactory(slug="other")
    before = edition_of(other)

    rule(programme, name="Base")

    assert edition_of(other) == before


def test_what_is_left_of_something_is_no_term(programme):
    ladder(programme)
    reward = RewardFactory(programme=programme, stock=5)
    quota = RewardQuota.objects.create(reward=reward, tier=programme.tiers.first(), left=5)
    before = edition_of(programme)

    Reward.objects.filter(pk=reward.pk).update(stock=4)
    RewardQuota.objects.filter(pk=quota.pk).update(left=4)

    assert edition_of(programme) == before


def test_a_till_quotes_by_the_rules_as_they_stand(programme, vera):
    assert quote(vera)["earns"]["points"] == 20

    rule(programme, "fixed", {"points": 5}, name="More")
    assert quote(vera)["earns"]["points"] == 25

    Rule.objects.filter(name="Base").update(active_version=None)
    assert quote(vera)["earns"]["points"] == 5


def test_a_till_quotes_what_is_left_of_a_reward_and_of_a_quota(programme, vera):
    tier = ladder(programme)["bronze"]
    vera.tiers.create(tier=tier, track=tier.track, since_at=vera.joined_at)
    reward = RewardFactory(programme=programme, points=10, stock=1)
    quota = RewardQuota.objects.create(reward=reward, tier=tier, left=1)

    def why_not() -> list[str]:
        return [why["code"] for offer in quote(vera)["rewards"] for why in offer["why_not"]]

    assert why_not() == []
    Reward.objects.filter(pk=reward.pk).update(stock=0)
    assert why_not() == ["reward-sold-out"]
    Reward.objects.filter(pk=reward.pk).update(stock=1)
    RewardQuota.objects.filter(pk=quota.pk).update(left=0)
    assert why_not() == ["reward-sold-out"]


def test_what_was_never_true_is_not_remembered(programme, vera):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        rule(programme, "fixed", {"points": 5}, name="More")
        assert quote(vera)["earns"]["points"] == 25
        raise ZeroDivisionError

    assert quote(vera)["earns"]["points"] == 20


def test_terms_are_read_once_for_an_edition(programme, django_assert_num_queries):
    rule(programme, name="Base")
    edition = edition_of(programme)
    terms = terms_of(programme.pk, edition, at=NOW)

    with django_assert_num_queries(0):
        assert terms_of(programme.pk, edition, at=NOW) is terms


def test_a_second_quote_asks_for_the_member_and_nothing_that_everybody_shares(
    vera, django_assert_num_queries
):
    shop = ShopSystem()
    quote(vera, shop)

    with django_assert_num_queries(1):
        quote(vera, shop)
