"""Managers make tiers, and say what each brings."""

import json

import pytest
from django.contrib.auth.models import Group

from loyalty.models import Tier, TierPrivilege
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rules import holds_tier, ladder
from tests.factories.shops import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    return signed_in(client, "manager")


def signed_in(client, role):
    colleague = UserFactory()
    colleague.groups.add(Group.objects.get(name=role))
    client.force_login(colleague)
    return client


def told(programme, **more):
    return {
        "programme": programme.pk,
        "track": "main",
        "name": "Silver",
        "slug": "silver",
        "level": 2,
        "figure": "spend",
        "threshold": "1000.00",
        "period": "rolling",
        "months": 12,
        "grace_days": 30,
        "lands_softly": "on",
        "privileges-TOTAL_FORMS": 1,
        "privileges-INITIAL_FORMS": 0,
        "privileges-0-kind": "free_delivery",
        "privileges-0-settings": json.dumps({"from_amount": "50.00"}),
        **more,
    }


def test_a_manager_makes_a_tier_with_a_privilege(manager):
    response = manager.post("/admin/loyalty/tier/add/", told(ProgrammeFactory()))

    assert response.status_code == 302, response.context["errors"]
    tier = Tier.objects.get()
    assert (tier.threshold, tier.grace_days) == (1000, 30)
    assert [(one.kind, one.settings) for one in tier.privileges.all()] == [
        ("free_delivery", {"from_amount": "50.00"})
    ]


def test_a_privilege_that_cannot_be_used_is_refused_at_its_place(manager):
    bad = {"privileges-0-settings": json.dumps({"from_amount": "a lot"})}

    response = manager.post("/admin/loyalty/tier/add/", told(ProgrammeFactory(), **bad))

    assert response.status_code == 200
    assert "from_amount: Write a number" in response.content.decode()
    assert not TierPrivilege.objects.exists()


def test_a_tier_that_somebody_had_stays(manager):
    tiers = ladder(ProgrammeFactory())
    holds_tier(MemberFactory(), tiers["silver"])

    assert manager.get(f"/admin/loyalty/tier/{tiers['silver'].pk}/delete/").status_code == 403
    assert manager.get(f"/admin/loyalty/tier/{tiers['gold'].pk}/delete/").status_code == 200


def test_the_list_of_tiers_takes_few_queries(manager, django_assert_max_num_queries):
    for n in range(5):
        ladder(ProgrammeFactory(slug=f"p-{n}"))
    manager.get("/admin/loyalty/tier/")

    with django_assert_max_num_queries(12):
        assert "1,000.00" in manager.get("/admin/loyalty/tier/").content.decode()


def test_a_marketer_looks_and_changes_nothing(client):
    tiers = ladder(ProgrammeFactory())
    marketer = signed_in(client, "marketer")
    page = f"/admin/loyalty/tier/{tiers['gold'].pk}/change/"

    assert marketer.get(page).status_code == 200
    assert marketer.post(page, told(tiers["gold"].programme)).status_code == 403
