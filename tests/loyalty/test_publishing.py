from datetime import timedelta
from decimal import Decimal

import pytest

from crm.rules import UnusableConditions
from loyalty.effects import UnusableEffect
from loyalty.models import Programme, RuleDraft
from loyalty.rules import publishing
from loyalty.rules.publishing import (
    NeedsReplay,
    NeedsSecondPerson,
    NoDraft,
    NotHandedOver,
    RuleNameTaken,
    publish,
    write_draft,
)
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import ProgrammeFactory
from tests.factories.loyalty_drafts import EARLY, draft, replayed
from tests.factories.loyalty_rules import rule
from tests.factories.orders import line, placed_order
from tests.factories.shops import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> Programme:
    return ProgrammeFactory(joining=Programme.Joining.AUTOMATIC)


@pytest.fixture
def iva():
    return UserFactory()


@pytest.fixture
def petar():
    return UserFactory()


@pytest.fixture
def dear(programme):
    """The draft costs 40.00 a year."""
    at = EARLY - timedelta(days=3)
    lines = [line(quantity="1", unit_price="1000.00")]
    placed_order("o-1", customer=CustomerFactory(), lines=lines, placed_at=at, at=at, moments={"paid": at})
    rule(programme)
    programme.rule_approval_limit = Decimal("39.99")
    programme.save()


def test_a_cheap_rule_is_published_by_its_author_once_it_was_tried_on_the_past(programme, iva):
    its = draft(programme, by=iva, conditions={"all": []})
    with pytest.raises(NeedsReplay):
        publish(its.rule, sha256=its.digest(), by=iva, at=EARLY)

    replayed(its)
    version = publish(its.rule, sha256=its.digest(), by=iva, at=EARLY)

    assert (version.number, version.published_by, version.approved_by) == (1, iva, None)
    assert version.sha256 == its.digest()
    its.rule.refresh_from_db()
    assert its.rule.active_version == version
    assert not RuleDraft.objects.exists()


def test_a_replay_of_another_version_does_not_count(programme, iva):
    its = draft(programme, by=iva)
    replayed(its)
    other = draft(programme, settings={"times": "3"}, rule=its.rule, by=iva)

    with pytest.raises(NeedsReplay):
        publish(other.rule, sha256=other.digest(), by=iva, at=EARLY)


def test_what_costs_much_is_published_by_a_second_person_who_was_asked(programme, dear, iva, petar):
    its = draft(programme, by=iva, conditions={"all": []})
    assert replayed(its).yearly_cost == Decimal("40.00")
    seen = {"sha256": its.digest(), "at": EARLY}

    with pytest.raises(NeedsSecondPerson):
        publish(its.rule, by=iva, **seen)
    with pytest.raises(NotHandedOver):
        publish(its.rule, by=petar, **seen)
    publishing.hand_over(its, at=EARLY)
    with pytest.raises(NeedsSecondPerson):
        publish(its.rule, by=iva, **seen)
    version = publish(its.rule, by=petar, **seen)

    assert (version.published_by, version.approved_by) == (iva, petar)


def test_a_change_after_the_handing_over_asks_for_it_again(programme, dear, iva, petar):
    its = draft(programme, by=iva, conditions={"all": []})
    replayed(its)
    publishing.hand_over(its, at=EARLY)

    changed = draft(programme, settings={"times": "9"}, rule=its.rule, by=petar, conditions={"all": []})

    assert changed.handed_over_at is None
    replayed(changed)
    with pytest.raises(NeedsSecondPerson):
        publish(its.rule, sha256=changed.digest(), by=petar, at=EARLY)


def test_nobody_publishes_what_they_did_not_see(programme, iva):
    its = draft(programme, by=iva)
    seen = its.digest()
    changed = draft(programme, settings={"times": "9"}, rule=its.rule, by=iva)
    replayed(changed)

    with pytest.raises(NoDraft):
        publish(its.rule, sha256=seen, by=iva, at=EARLY)


def test_nothing_is_handed_over_that_nobody_could_judge(programme, iva):
    with pytest.raises(NeedsReplay):
        publishing.hand_over(draft(programme, by=iva), at=EARLY)


def test_a_draft_that_cannot_be_used_is_refused_with_its_places(programme):
    known = publishing.new_rule(programme, name="Tea")
    fine = {"effect": "multiplier", "effect_settings": {"times": "2"}, "conditions": {"all": []}}

    with pytest.raises(UnusableEffect) as of_effect:
        write_draft(known, terms={**fine, "effect_settings": {"times": "1"}}, by=None, at=EARLY)
    with pytest.raises(UnusableConditions):
        write_draft(known, terms={**fine, "conditions": {"any": []}}, by=None, at=EARLY)

    assert [fault.pointer for fault in of_effect.value.faults] == ["/times"]
    assert not RuleDraft.objects.exists()


def test_the_next_draft_begins_with_what_counts_now(programme, iva):
    known = rule(programme, settings={"points": "2", "per": "5.00"})

    its = publishing.draft_from(known, by=iva, at=EARLY)

    assert its.digest() == known.active_version.digest()
    assert publishing.draft_from(known, by=None, at=EARLY) == its


def test_a_draft_is_thrown_away_and_a_rule_that_never_counted_with_it(programme):
    its = draft(programme)
    known = rule(programme)
    publishing.draft_from(known, by=None, at=EARLY)

    publishing.throw_away(its.rule)
    publishing.throw_away(known)

    assert list(programme.rules.all()) == [known]


def test_two_rules_of_a_programme_have_two_names(programme):
    publishing.new_rule(programme, name="Tea")

    with pytest.raises(RuleNameTaken):
        publishing.new_rule(programme, name="Tea")


def test_a_rule_that_is_switched_off_keeps_its_versions(programme):
    known = rule(programme)

    publishing.switch_off(known)

    assert known.active_version is None
    assert known.versions.count() == 1
