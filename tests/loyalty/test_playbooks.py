from datetime import timedelta
from pathlib import Path

import pytest

from loyalty import founding, health, playbooks
from loyalty.founding import NoRulePublished, ProgrammeRanAlready
from loyalty.models import Programme, Reward, RuleDraft, Tier
from loyalty.playbooks import PLAYBOOKS
from loyalty.rules import publishing
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty_drafts import EARLY, replayed
from tests.factories.orders import line, placed_order
from tests.factories.shops import UserFactory

pytestmark = pytest.mark.django_db

EACH = pytest.mark.parametrize("playbook", PLAYBOOKS.values(), ids=PLAYBOOKS)


@EACH
@pytest.mark.parametrize("currency", ["EUR", "RUB"])
def test_each_is_a_complete_programme_that_does_not_run_yet(playbook, currency):
    programme = founding.found(playbook, currency=currency, by=None, at=EARLY)

    assert founding.is_draft(programme)
    assert not Programme.objects.running(EARLY + timedelta(days=1)).exists()
    assert Tier.objects.filter(programme=programme).count() == len(playbook.tiers) >= 2
    assert RuleDraft.objects.filter(rule__programme=programme).count() == len(playbook.rules) >= 3
    assert Reward.objects.filter(programme=programme).count() == len(playbook.rewards) >= 3


@EACH
def test_each_is_tried_on_the_past_published_started_and_found_in_order(playbook):
    paid_at = EARLY - timedelta(days=5)
    lines = [line(quantity="1", unit_price="2000.00")]
    told = {"customer": CustomerFactory(), "lines": lines, "placed_at": paid_at, "at": paid_at}
    placed_order("o-1", moments={"paid": paid_at}, **told)
    author, second = UserFactory(), UserFactory()
    programme = founding.found(playbook, currency="EUR", by=author, at=EARLY)
    with pytest.raises(NoRulePublished):
        founding.start(programme, at=EARLY)

    for draft in RuleDraft.objects.filter(rule__programme=programme):
        replayed(draft)
        publishing.hand_over(draft, at=EARLY)
        publishing.publish(draft.rule, sha256=draft.digest(), by=second, at=EARLY)
    founding.start(programme, at=EARLY)

    assert Programme.objects.running(EARLY + timedelta(days=1)).get() == programme
    assert health.examine(programme, at=EARLY) == []
    with pytest.raises(ProgrammeRanAlready):
        founding.start(programme, at=EARLY)


def test_amounts_are_those_of_the_currency():
    cosmetics = PLAYBOOKS["cosmetics"]

    programme = founding.found(cosmetics, currency="RUB", by=None, at=EARLY)

    gold = Tier.objects.get(programme=programme, slug="gold")
    draft = RuleDraft.objects.filter(rule__programme=programme, effect="per_amount").get()
    assert gold.threshold == 30_000
    assert draft.effect_settings["per"] == "100.00"


def test_the_same_may_be_made_twice():
    gifts = PLAYBOOKS["gifts"]

    first, second = (founding.found(gifts, currency="EUR", by=None, at=EARLY) for _ in range(2))

    assert (first.slug, second.slug) == ("gifts", "gifts-2")


def test_every_file_of_the_folder_is_listed():
    files = {path.stem for path in Path(playbooks.__file__).parent.glob("*.py")} - {"__init__", "base"}

    assert {slug.replace("-", "_") for slug in PLAYBOOKS} == files
