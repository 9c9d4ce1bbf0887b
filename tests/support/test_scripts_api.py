"""A shop's own desk reads the scripts that are played, and what one says in a conversation."""

from __future__ import annotations

import pytest

from crm.models import Shop
from support.scripts import publishing
from tests.api_client import ShopSystem
from tests.factories import scripts
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON
from tests.factories.tickets import ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> ShopSystem:
    return ShopSystem(Shop.objects.first())


def test_only_what_is_played_is_listed(api: ShopSystem) -> None:
    scripts.published(scripts.script())
    scripts.draft(scripts.script("other"))
    scripts.published(scripts.script("ended", ended_at=NOON))

    answer = api.ask("GET", "/api/v1/scripts/")

    assert [item["slug"] for item in answer.body["items"]] == ["late-parcel"]
    assert answer.body["items"][0]["version"] == 1
    assert api.ask("GET", "/api/v1/scripts/other/").status == 404
    assert api.ask("GET", "/api/v1/scripts/ended/").status == 404


def test_a_script_is_read_as_it_is_played_whatever_is_being_written(api: ShopSystem) -> None:
    its = scripts.published()
    tree = scripts.content()
    tree["steps"][0]["texts"]["en"]["any"] = "Unfinished"
    publishing.write(publishing.begin(its.script, by=None, at=NOON), tree=tree, by=None, at=NOON)

    told = api.ask("GET", "/api/v1/scripts/late-parcel/").body

    assert (told["start"], len(told["steps"])) == ("hear", 7)
    assert told["steps"][1]["choices"][0] == {
        "labels": {"en": "It is late", "ru": "It is late (ru)", "bg": "It is late (bg)"},
        "next": "give",
        "when": None,
    }
    assert "actions" not in told["steps"][2]
    assert "Unfinished" not in str(told)


def test_in_a_conversation_it_is_filled_in_once_and_says_what_it_cannot(api: ShopSystem) -> None:
    scripts.published()
    its = ticket(customer=CustomerFactory(given_name="{{ agent.name }}", language="ru"))

    told = api.ask("GET", f"/api/v1/tickets/{its.pk}/scripts/late-parcel/").body

    steps = {step["key"]: step for step in told["steps"]}
    assert steps["hear"]["text"] == "I am sorry, {{ agent.name }}. (ru)"
    assert (steps["tell"]["text"], bool(steps["tell"]["refusal"])) == ("", True)
    assert steps["look"]["next"] == ["give", "pass"]
    assert api.ask("GET", "/api/v1/tickets/999999/scripts/late-parcel/").status == 404
