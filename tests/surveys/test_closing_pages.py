"""The board, an issue from its opening to its end, and those who are unhappy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.models import User
from surveys.models import Feedback, Issue, Recovery
from tests.factories.issues import DELIVERY, delivery_survey, department, issue, said, scored
from tests.factories.shops import NOON, ShopFactory, UserFactory

pytestmark = pytest.mark.django_db


def somebody(role: str) -> User:
    user: User = UserFactory(language="en")
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(somebody("manager"))
    return client


def form(**more: Any) -> dict[str, Any]:
    told = {"title": "Late in Varna", "department": department().pk, "owner": somebody("agent").pk}
    return {**told, **more}


def test_a_report_leads_to_a_form_with_its_figure(manager: Client) -> None:
    shop = ShopFactory()
    page = manager.get(
        reverse("closing:new"),
        {"measure": "csat", "aspect": "delivery", "shop": shop.pk, "until": "2026-03-01"},
    )

    assert page.status_code == 200
    assert '<option value="csat" selected>' in page.content.decode()
    assert '<option value="delivery" selected>' in page.content.decode()
    assert 'value="2026-03-01"' in page.content.decode()


def test_an_issue_is_opened_planned_changed_and_closed(manager: Client) -> None:
    words = said()
    sent = form(measure="csat", aspect="delivery", target="80", feedback=f"{words.pk}")
    manager.post(reverse("closing:new"), sent)
    its = Issue.objects.get()
    page = reverse("closing:issue", args=[its.pk])
    assert (its.figure, its.target) == (DELIVERY, 80)
    assert list(its.feedback.all()) == [words]

    manager.post(
        reverse("closing:steps", args=[its.pk]), {"what": "A second courier", "due_on": "2026-04-01"}
    )
    step = its.plan.get()
    manager.post(reverse("closing:step", args=[its.pk, step.pk]), {"how": "do"})
    assert "since it was changed" not in manager.get(page).content.decode()
    manager.post(reverse("closing:closing", args=[its.pk]))
    assert Issue.objects.get().state == "acting"
    manager.post(reverse("closing:closing", args=[its.pk]), {"reason": "Another courier company"})
    assert Issue.objects.get().state == "closed"
    shown = manager.get(reverse("closing:issues"), {"state": "closed"}).content.decode()
    assert "Late in Varna" in shown
    manager.post(reverse("closing:opening", args=[its.pk]))
    assert Issue.objects.get().state == "planned"


def test_the_form_says_what_is_missing(manager: Client) -> None:
    page = manager.post(reverse("closing:new"), form(title=""))

    assert page.status_code == 422
    assert not Issue.objects.exists()


def test_few_answers_are_told_as_a_count(manager: Client) -> None:
    version = delivery_survey()
    for value in (5, 2, 2):
        scored(version, value, at=timezone.now() - timedelta(days=2))
    its = issue(figure=DELIVERY, at=timezone.now())
    shown = manager.get(reverse("closing:issue", args=[its.pk])).content.decode()

    assert "3 answers: too few to tell" in shown
    assert "33" not in shown.split("n</th>")[1].split("</table>")[0]


def test_feedback_is_left_out(manager: Client) -> None:
    words = said()
    its = issue(feedback=[words.pk])
    manager.post(reverse("closing:removal", args=[its.pk, words.pk]))

    assert Feedback.objects.get().issue is None


def test_words_are_kept_by_who_may_tell(client: Client) -> None:
    its = issue()
    client.force_login(somebody("team lead"))
    assert client.post(reverse("closing:words", args=[its.pk]), {"words_en": "Done"}).status_code == 403

    client.force_login(somebody("manager"))
    client.post(reverse("closing:words", args=[its.pk]), {"words_en": "Done", "words_ru": " "})
    assert Issue.objects.get().done == {"en": "Done"}


def test_an_agent_looks_at_issues_and_changes_none(client: Client) -> None:
    its = issue()
    client.force_login(somebody("agent"))

    assert client.get(reverse("closing:issue", args=[its.pk])).status_code == 200
    assert client.get(reverse("closing:new")).status_code == 403
    assert client.post(reverse("closing:closing", args=[its.pk])).status_code == 403


def test_the_board_asks_a_fixed_number_of_questions(
    manager: Client, django_assert_max_num_queries: Any
) -> None:
    manager.get(reverse("closing:issues"))
    for _ in range(12):
        issue(feedback=[said().pk])
    with django_assert_max_num_queries(20):
        manager.get(reverse("closing:issues"))


# ── Those who are unhappy ────────────────────────────────────────────────────


def unhappy(**more: Any) -> Recovery:
    response = scored(delivery_survey() if not Recovery.objects.exists() else _version(), 1, at=NOON)
    told = {"ticket_id": 7, "opened_at": NOON, "due_at": NOON + timedelta(days=1)}
    return Recovery.objects.create(response=response, **{**told, **more})


def _version() -> Any:
    return Recovery.objects.get(response__isnull=False, ticket_id=7).response.version


def test_who_waits_is_seen_and_what_was_done_is_kept(client: Client) -> None:
    its = unhappy()
    client.force_login(somebody("agent"))
    page = client.get(reverse("closing:recoveries")).content.decode()
    assert "1 / 5" in page

    client.post(reverse("closing:explanation", args=[its.pk]), {"cause": "Lost", "action": ""})
    assert Recovery.objects.get().contacted_at is None
    client.post(reverse("closing:explanation", args=[its.pk]), {"cause": "Lost", "action": "Sent anew"})
    kept = Recovery.objects.get()
    assert (kept.cause, kept.action) == ("Lost", "Sent anew")
    assert kept.contacted_at is not None
    assert "1 / 5" not in client.get(reverse("closing:recoveries")).content.decode()
    assert "Sent anew" in client.get(reverse("closing:recoveries"), {"all": "1"}).content.decode()


def test_the_list_goes_on_by_its_key(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("surveys.pages.closing_recoveries.SHOWN", 1)
    unhappy()
    unhappy(ticket_id=8, due_at=NOON + timedelta(days=2))
    client.force_login(somebody("agent"))
    first = client.get(reverse("closing:recoveries"))
    assert first.context["recoveries"][0]["its"].ticket_id == 7
    second = client.get(reverse("closing:recoveries"), {"after": first.context["after"]})

    assert [one["its"].ticket_id for one in second.context["recoveries"]] == [8]
    assert client.get(reverse("closing:recoveries"), {"after": "nonsense|1"}).status_code == 200


@pytest.mark.parametrize("role", ["marketer", "cashier"])
def test_who_reveals_nobody_sees_no_unhappy_people(client: Client, role: str) -> None:
    client.force_login(somebody(role))

    assert client.get(reverse("closing:recoveries")).status_code == 403
