import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.rollups import counting
from loyalty import ledger, replay_tasks
from loyalty.effects import EFFECTS
from loyalty.models import Programme, Replay, RuleDraft, RuleVersion
from loyalty.tiers import month_plus
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_drafts import WEEKENDS, draft, replayed
from tests.factories.loyalty_rewards import RewardFactory
from tests.factories.loyalty_rules import holds_tier, ladder, rule
from tests.factories.orders import line, placed_order
from tests.factories.shops import UserFactory

HOME = "/dashboard/programme/"

pytestmark = pytest.mark.django_db


def colleague(role: str) -> Client:
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def manager() -> Client:
    return colleague("manager")


@pytest.fixture
def programme() -> Programme:
    return ProgrammeFactory(joining=Programme.Joining.AUTOMATIC, rounding="down")


def paid(customer, external_id, price="1000.00", days_ago=3):
    at = timezone.now() - timedelta(days=days_ago)
    lines = [line(quantity="1", unit_price=price)]
    told = {"customer": customer, "lines": lines, "placed_at": at, "at": at}
    return placed_order(external_id, moments={"paid": at}, **told)


def typed(**more):
    return {
        "conditions": json.dumps(WEEKENDS),
        "effect": "multiplier",
        "gives-times": "2",
        "member_period": "ever",
        **more,
    }


# ── the programme ────────────────────────────────────────────────────────────
def test_the_programme_shows_its_figures_tiers_and_rules(manager, programme):
    tiers = ladder(programme)
    rule(programme, name="Base")
    member = MemberFactory(programme=programme)
    holds_tier(member, tiers["gold"])
    now = timezone.now()
    ledger.earn(member.pk, lots=[ledger.Lot(points=2480)], key="a", occurred_at=now, at=now)
    ledger.redeem(member.pk, points=480, key="b", occurred_at=now, at=now)

    page = manager.get(HOME).text

    assert "2,480" in page and "2,000" in page and "€20.00" in page and "19.4%" in page
    assert "Gold" in page and "1 member, 100%" in page
    assert "Points: 1 for each 1.00." in page
    assert "<svg" in page and "Points issued and redeemed, by month" in page


def test_one_of_several_programmes_is_chosen(manager, programme):
    other = ProgrammeFactory(slug="other", name="For cafés")

    assert "For cafés</h1>" in manager.get(f"{HOME}?programme={other.pk}").text
    assert "<select" in manager.get(HOME).text


def test_what_points_cost_is_told_for_the_month_asked_for_and_taken_out_as_a_file(manager, programme):
    today = timezone.localdate()
    months = [month_plus(today, -back) for back in range(4)]
    member = MemberFactory(programme=programme)
    begin = timezone.now() - timedelta(days=200)
    ledger.earn(member.pk, lots=[ledger.Lot(points=1000)], key="e", occurred_at=begin, at=begin)
    for points, month in ((300, months[1]), (70, months[3])):
        spent = datetime(month.year, month.month, 15, tzinfo=UTC)
        ledger.redeem(member.pk, points=points, key=f"s{points}", at=spent)
    for _day in counting.count_stale(at=timezone.now()):
        pass

    usual, asked = manager.get(HOME), manager.get(HOME, {"period": f"{months[3]:%Y-%m}"})
    costs = [
        next(card["figure"] for card in page.context["cards"] if card["figure"].slug == "what-points-cost")
        for page in (usual, asked)
    ]
    address = f"{HOME}figures/what-points-cost.csv"

    assert [str(its.basis).split()[0] for its in costs] == ["300", "70"]
    assert [month["key"] for month in asked.context["months"] if month["is_chosen"]] == [f"{months[3]:%Y-%m}"]
    assert address in usual.content.decode()
    file = b"".join(manager.get(address).streaming_content).decode()
    assert sum(",300," in line for line in file.replace(";", ",").splitlines()) == 1
    assert colleague("marketer").get(address).status_code == 403
    assert manager.get(f"{HOME}figures/nothing.csv").status_code == 404


def test_without_a_programme_a_ready_made_one_is_offered(manager):
    assert reverse("programme:playbooks") in manager.get(HOME).text


def test_rules_and_members_cost_no_more_queries(manager, programme):
    ladder(programme)
    counts = []
    for many in (2, 8):
        for _ in range(many):
            rule(programme)
            MemberFactory(programme=programme)
            RewardFactory(programme=programme)
        with CaptureQueriesContext(connection) as asked:
            manager.get(HOME)
        counts.append(len(asked))

    assert counts[0] >= counts[1]


@pytest.mark.parametrize("role", ["agent", "cashier"])
def test_the_programme_is_not_for_everybody(role, programme):
    assert colleague(role).get(HOME).status_code == 403


def test_an_auditor_looks_and_changes_nothing(programme):
    known = rule(programme)
    auditor = colleague("auditor")

    assert auditor.get(reverse("programme:rule", args=[known.pk])).status_code == 200
    assert auditor.get(reverse("programme:draft", args=[known.pk])).status_code == 403


# ── the editor ───────────────────────────────────────────────────────────────
def test_a_rule_is_written_and_read_aloud(manager, programme):
    new = manager.post(reverse("programme:rule-new"), {"name": "Weekends"})
    kept = manager.post(new.url, typed(budget_points="500", last_on="2026-12-31"), follow=True)

    its = RuleDraft.objects.get()
    assert (its.effect_settings, its.conditions, its.budget_points) == ({"times": "2"}, WEEKENDS, 500)
    assert its.drafted_by == manager.user
    assert "Points are multiplied by 2." in kept.text
    assert "At most in all, points: 500." in kept.text
    assert not RuleVersion.objects.exists()


def test_faults_stand_at_their_places(manager, programme):
    known = rule(programme)
    place = reverse("programme:draft", args=[known.pk])

    page = manager.post(place, typed(**{"gives-times": "1", "conditions": '{"any": []}'}))

    assert page.status_code == 422
    assert "id_gives-times_error" in page.text
    assert "(/any)" in page.text
    assert not RuleDraft.objects.exists()


def test_the_editor_opens_with_what_counts_now_and_a_get_changes_nothing(manager, programme):
    known = rule(programme, settings={"points": "3", "per": "2.00"})

    page = manager.get(reverse("programme:draft", args=[known.pk])).text

    assert 'value="3"' in page
    assert not RuleDraft.objects.exists()


def test_the_settings_of_every_effect_can_be_typed(manager, programme):
    ladder(programme)
    known = rule(programme)
    place = reverse("programme:draft-gives", args=[known.pk])

    for kind, shape in EFFECTS.items():
        page = manager.post(place, {"effect": kind}).text
        assert all(f'name="gives-{field.name}"' in page for field in fields(shape)), kind

    said = manager.post(
        f"{place}?said", {"effect": "tier_bonus", "gives-tier": "gold", "gives-percent": "50"}
    )
    assert "50 % more points" in said.text
    assert manager.post(place, {"effect": "nonsense"}).status_code == 422


def test_a_rule_is_tried_on_a_real_order_with_why_and_why_not(manager, programme):
    known = rule(programme, name="Base")
    never = draft(programme, conditions={"all": [{"field": "order.net", "op": "gte", "value": "5000"}]})
    paid(CustomerFactory(), "o-1")

    page = manager.get(reverse("programme:rule", args=[never.rule_id]), {"order": "o-1"}).text
    missing = manager.get(reverse("programme:rule", args=[known.pk]), {"order": "nothing"}).text

    assert "Base: The purchase counts with 1" in page
    assert "4,000.00 more is needed" in page
    assert "There is no such order" in missing


# ── the past, and publishing ─────────────────────────────────────────────────
def test_a_draft_is_tried_on_the_past_and_its_people_are_listed(
    manager, programme, django_capture_on_commit_callbacks
):
    rule(programme)
    vera = CustomerFactory(given_name="Vera")
    paid(vera, "o-1")
    its = draft(programme, conditions={"all": []})

    with django_capture_on_commit_callbacks():
        begun = manager.post(reverse("programme:replay-start", args=[its.rule_id]), {"months": "2"})
    found = Replay.objects.get()
    assert begun.url == reverse("programme:replay", args=[found.pk])
    assert manager.get(begun.url, headers={"HX-Request": "true"}).text.count("progress")
    replay_tasks.run_replay(found.pk)
    page = manager.get(begun.url).text

    assert "Vera" in page and "+1,000" in page and "€10.00" in page and "€60.00" in page


def test_the_list_of_people_goes_on(manager, programme, monkeypatch):
    monkeypatch.setattr("loyalty.pages.replays.SHOWN", 2)
    rule(programme)
    for number in range(5):
        paid(CustomerFactory(given_name=f"Person {number}"), f"o-{number}", f"{100 * (number + 1)}.00")
    done = replayed(draft(programme, conditions={"all": []}), at=timezone.now())
    place, seen = reverse("programme:replay", args=[done.pk]), []

    after = ""
    for _page in range(3):
        context = manager.get(place, {"after": after}).context
        seen += [share.difference for share in context["shares"]]
        after = context["after"]

    assert seen == [500, 400, 300, 200, 100]
    assert after == ""


def test_a_replay_is_stopped_and_goes_on(manager, programme):
    its = draft(programme)
    manager.post(reverse("programme:replay-start", args=[its.rule_id]), {"months": "1"})
    found = Replay.objects.get()

    manager.post(reverse("programme:replay-cancellation", args=[found.pk]))
    assert "It was stopped at" in manager.get(reverse("programme:replay", args=[found.pk])).text
    manager.post(reverse("programme:replay-resumption", args=[found.pk]))

    found.refresh_from_db()
    assert found.is_at_work


def test_a_forgotten_replay_is_taken_up_again(programme, django_capture_on_commit_callbacks):
    its = draft(programme)
    begun = replayed(its)
    Replay.objects.filter(pk=begun.pk).update(
        state="running", finished_at=None, moved_at=datetime(2026, 1, 1, tzinfo=UTC)
    )

    with django_capture_on_commit_callbacks() as heard:
        replay_tasks.continue_replays()

    assert len(heard) == 1


def test_what_costs_much_is_published_by_a_second_manager(manager, programme):
    programme.rule_approval_limit = Decimal(1)
    programme.save()
    rule(programme)
    paid(CustomerFactory(), "o-1")
    its = draft(programme, conditions={"all": []}, by=manager.user)
    done = replayed(its, at=timezone.now())
    assert done.yearly_cost > 1
    place = reverse("programme:rule", args=[its.rule_id])
    publication = reverse("programme:publication", args=[its.rule_id])
    seen = {"sha256": its.digest()}

    assert "Hand over for approval" in manager.get(place).text
    assert "costs more than one person" in manager.post(publication, seen, follow=True).text
    manager.post(reverse("programme:draft-approval", args=[its.rule_id]))
    second = colleague("manager")
    assert publication in second.get(place).text
    assert publication not in manager.get(place).text
    second.post(publication, seen)

    version = RuleVersion.objects.get(rule=its.rule_id)
    assert (version.published_by, version.approved_by) == (manager.user, second.user)


def test_a_marketer_drafts_and_does_not_publish(programme):
    marketer = colleague("marketer")
    its = draft(programme, by=marketer.user)
    replayed(its, at=timezone.now())

    page = marketer.get(reverse("programme:rule", args=[its.rule_id])).text
    answer = marketer.post(reverse("programme:publication", args=[its.rule_id]), {"sha256": its.digest()})

    assert "Publish</button>" not in page
    assert answer.status_code == 403


def test_a_draft_is_thrown_away_and_a_rule_switched_off(manager, programme):
    its, known = draft(programme), rule(programme)

    gone = manager.post(reverse("programme:draft-removal", args=[its.rule_id]))
    manager.post(reverse("programme:switching-off", args=[known.pk]))

    assert gone.url == f"{HOME}?programme={programme.pk}"
    known.refresh_from_db()
    assert known.active_version is None


# ── the check, and ready-made programmes ─────────────────────────────────────
def test_the_check_says_what_to_do_and_leads_there(manager, programme):
    known = rule(programme, "tier_bonus", {"tier": "platinum", "percent": "5"}, name="Lost")

    page = manager.get(reverse("programme:health")).text

    assert "it names a tier that does not exist." in page
    assert reverse("programme:rule", args=[known.pk]) in page


def test_a_good_programme_is_told_so(manager, programme):
    rule(programme)

    assert "Nothing is wrong with the programme." in manager.get(reverse("programme:health")).text


def test_a_ready_made_programme_is_one_click_and_starts_when_a_rule_is_published(manager):
    made = manager.post(reverse("programme:founding", args=["coffee-and-tea"]), follow=True)
    its = Programme.objects.get()

    assert "The programme is not started" in made.text
    refused = manager.post(reverse("programme:start", args=[its.pk]), follow=True)
    assert "No rule of the programme is published" in refused.text
    assert manager.get(reverse("programme:playbooks")).text.count("Make this programme") == 4
