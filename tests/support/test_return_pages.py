"""Colleagues take returns on their pages: effect first, then step by step, each by whoever may."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from crm.models import Order
from crm.purchases.ordering import advance_order
from support.models import ReturnCase, ReturnPolicy
from tests.factories.customers import CustomerFactory
from tests.factories.orders import line, placed_order
from tests.factories.shops import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    now = timezone.now()
    placed = placed_order("o-1", customer=CustomerFactory(), lines=[line("1")], placed_at=now, at=now)
    advance_order(placed, moment="delivered", occurred_at=now, source="api:x", at=now)
    return placed


def signed_in(client, role):
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


def opened(client, order) -> ReturnCase:
    page = reverse("returns:open", args=[order.pk])
    form = client.get(page).context["wish"].form
    told = {"why": "damaged", "key": form.initial["key"], f"line-{order.lines.get().pk}": "1"}
    shown = client.post(page, told | {"look": "1"})
    assert "gets €4.90 back" in shown.content.decode()
    assert not ReturnCase.objects.exists()
    client.post(page, told | {"ask": "1"})
    return ReturnCase.objects.get()


def step(client, case, name):
    answer = client.post(reverse("returns:step", args=[case.pk, name]))
    case.refresh_from_db()
    return answer


def test_an_agent_opens_a_return_with_its_effect_first_and_a_lead_agrees(client, order, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    signed_in(client, "agent")
    case = opened(client, order)
    assert step(client, case, "approve").status_code == 403

    signed_in(client, "team lead")
    for name in ("approve", "receive", "refund"):
        assert client.get(reverse("returns:case", args=[case.pk])).status_code == 200
        step(client, case, name)

    assert case.state == "refunded"


def test_a_refusal_says_why_to_the_customer(client, order, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    signed_in(client, "team lead")
    case = opened(client, order)

    client.post(reverse("returns:refusal", args=[case.pk]), {"answer": "It was opened."})

    case.refresh_from_db()
    assert (case.state, case.answer) == ("refused", "It was opened.")


def test_a_policy_is_drafted_published_and_then_stays(client, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    signed_in(client, "manager")
    words = {"days": "14", "text_en": "Fourteen days.", "text_ru": "", "text_bg": ""}

    client.post(reverse("admin:support_returnpolicy_add"), words)
    policy = ReturnPolicy.objects.get()
    change = reverse("admin:support_returnpolicy_change", args=[policy.pk])
    client.post(change, words | {"text_en": "Thirty days.", "days": "30", "_publish": "1"})
    client.post(change, words | {"text_en": "Never."})

    policy.refresh_from_db()
    assert (policy.number, policy.days, policy.texts) == (1, 30, {"en": "Thirty days."})
    assert policy.published_at
