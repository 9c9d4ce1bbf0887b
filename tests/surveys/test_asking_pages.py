"""A manager says when a survey is asked, changes it, ends it, and sees who was left out and why."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client

from surveys.models import Skip, Survey, Trigger, Wave
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON, UserFactory
from tests.factories.surveys import published, survey
from tests.factories.surveys_asked import ask, mailbox

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def its() -> Survey:
    return published(survey("delivery")).survey


def staff(role: str = "manager") -> Client:
    user = UserFactory(is_staff=True, language="en")
    user.groups.add(Group.objects.get(name=role))
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def path(its: Survey, rest: str = "") -> str:
    return f"/admin/surveys/asking/{its.pk}/{rest}"


def shown(client: Client, where: str) -> str:
    response = client.get(where)
    assert response.status_code == 200
    return response.content.decode()


ALWAYS = '{"all": []}'
TRIGGER = {"days": "3", "hours": "0", "share": "50", "conditions": ALWAYS}
WAVE = {
    "name": "Spring",
    "starts_on": "2026-03-03",
    "ends_on": "2026-05-31",
    "share": "100",
    "conditions": '{"field": "customer.language", "op": "eq", "value": "bg"}',
}


def test_a_trigger_is_set_and_reads_as_a_sentence(its: Survey) -> None:
    client = staff()
    first = '{"field": "order.is_first", "op": "eq", "value": true}'
    answer = client.post(path(its, "triggers/?fact=crm.order_delivered"), {**TRIGGER, "conditions": first})

    assert answer.status_code == 302
    made = Trigger.objects.get()
    assert (made.fact, made.delay, made.probability) == (
        "crm.order_delivered",
        timedelta(days=3),
        Decimal("0.5"),
    )
    page = shown(client, path(its))
    assert "An order was delivered" in page
    assert "3 days later" in page
    assert "50% of them" in page
    assert "Only if:" in page


def test_a_trigger_is_changed_and_ended(its: Survey) -> None:
    client, made = staff(), Trigger.objects.create(survey=its, fact="crm.order_delivered")
    assert 'value="0"' in shown(client, path(its, f"triggers/{made.pk}/"))
    client.post(path(its, f"triggers/{made.pk}/"), {**TRIGGER, "days": "0", "hours": "5"})
    made.refresh_from_db()
    assert (made.delay, made.conditions) == (timedelta(hours=5), {})

    client.post(path(its, f"triggers/{made.pk}/end/"))
    made.refresh_from_db()
    assert made.ended_at == NOON
    assert "ended" in shown(client, path(its))


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": "-1"},
        {"share": "0"},
        {"share": "101"},
        {"conditions": '{"field": "order.nothing"}'},
        {"days": ""},
    ],
)
def test_what_cannot_be_is_said_in_the_form(its: Survey, wrong: dict[str, str]) -> None:
    answer = staff().post(path(its, "triggers/?fact=crm.order_delivered"), {**TRIGGER, **wrong})

    assert answer.status_code == 422
    assert not Trigger.objects.exists()


def test_after_what_is_not_known_nobody_can_be_asked(its: Survey) -> None:
    answer = staff().post(path(its, "triggers/?fact=crm.note_written"), TRIGGER)

    assert answer.status_code == 302
    assert not Trigger.objects.exists()


def test_a_wave_is_planned_changed_before_it_begins_and_ended(its: Survey) -> None:
    client = staff()
    assert client.post(path(its, "waves/"), WAVE).status_code == 302
    made = Wave.objects.get()
    assert (made.starts_on, made.ends_on) == (date(2026, 3, 3), date(2026, 5, 31))
    client.post(path(its, f"waves/{made.pk}/"), {**WAVE, "name": "Early spring"})
    assert "Early spring" in shown(client, path(its))

    Wave.objects.filter(pk=made.pk).update(starts_on=TODAY)
    refused = client.post(path(its, f"waves/{made.pk}/"), WAVE)
    assert refused.status_code == 422
    assert "It has begun" in refused.content.decode()
    client.post(path(its, f"waves/{made.pk}/end/"))
    made.refresh_from_db()
    assert made.asked_until == made.ends_on


def test_a_wave_that_never_began_is_gone_when_it_is_ended(its: Survey) -> None:
    client = staff()
    client.post(path(its, "waves/"), WAVE)
    client.post(path(its, f"waves/{Wave.objects.get().pk}/end/"))

    assert not Wave.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts_on": "2026-03-01"},
        {"ends_on": "2026-03-02"},
        {"ends_on": "2028-01-01"},
        {"name": "Taken"},
    ],
)
def test_a_wave_that_cannot_be_is_refused(its: Survey, wrong: dict[str, str]) -> None:
    Wave.objects.create(survey=its, name="Taken", starts_on=TODAY, ends_on=TODAY)

    assert staff().post(path(its, "waves/"), {**WAVE, **wrong}).status_code == 422
    assert Wave.objects.count() == 1


def test_what_is_for_colleagues_is_never_asked_of_customers() -> None:
    its = published(survey("pulse", budget=Survey.Budget.STAFF)).survey
    client = staff()

    assert client.post(path(its, "triggers/?fact=crm.order_delivered"), TRIGGER).status_code == 422
    assert "customers are never asked it" in shown(client, path(its))


def test_the_page_says_who_was_asked_lately_and_who_was_not(its: Survey) -> None:
    mailbox()
    version = its.versions.get()
    ask(version)
    ask(version, customer=CustomerFactory(), source_id="2")
    assert Skip.objects.get().reason == Skip.Reason.NO_WAY
    page = " ".join(shown(staff(), path(its)).split())

    assert "<dt>Asked</dt><dd>1</dd>" in page
    assert "<dt>cannot be reached</dt><dd>1</dd>" in page


def test_whoever_only_words_surveys_sees_it_and_changes_nothing(its: Survey) -> None:
    marketer = staff("marketer")

    assert "Ask after this" not in shown(marketer, path(its))
    assert marketer.post(path(its, "triggers/?fact=crm.order_delivered"), TRIGGER).status_code == 403
    assert marketer.post(path(its, "waves/"), WAVE).status_code == 403


def test_the_page_costs_the_same_with_many_rows(its: Survey, django_assert_max_num_queries: Any) -> None:
    for n in range(6):
        Trigger.objects.create(survey=its, fact="crm.order_delivered")
        Wave.objects.create(survey=its, name=str(n), starts_on=TODAY, ends_on=TODAY)
    client = staff()
    client.get(path(its))

    with django_assert_max_num_queries(14):
        client.get(path(its))
