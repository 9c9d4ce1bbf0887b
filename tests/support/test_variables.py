"""What texts speak of is looked up when they do, and said in the customer's language."""

from __future__ import annotations

from datetime import date

import pytest

from crm.models import Shipment
from crm.words.rendering import ValueMissing
from support.models import Goodwill
from support.scripts.variables import VARIABLES, About, say, values
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty_rewards import member_with
from tests.factories.orders import placed_order
from tests.factories.tickets import after, agent, ticket

pytestmark = pytest.mark.django_db


def about(**more: object) -> About:
    return About(ticket(**more), agent(name="Мария"), after(hours=1))


def test_only_what_is_named_is_looked_up(django_assert_num_queries) -> None:
    its = about()
    with django_assert_num_queries(0):
        assert values(its, names={"ticket.number", "agent.name", "no.such"}, language="ru") == {
            "ticket.number": str(its.ticket.pk),
            "agent.name": "Мария",
        }


def test_days_are_said_as_each_language_says_them() -> None:
    person = CustomerFactory()
    order = placed_order("7", customer=person, number="LP-7")
    Shipment.objects.create(order=order, external_id="1", promised_on=date(2026, 3, 4), carrier="Speedy")
    its = about(customer=person)
    text = "{{ order.number }}: {{ parcel.promised_on }}, {{ parcel.carrier }}"

    assert say(text, its, language="ru") == "LP-7: 4 марта, Speedy"
    assert say(text, its, language="en") == "LP-7: 4 March, Speedy"


def test_points_are_those_of_the_account_and_take_their_form() -> None:
    member = member_with(1_024)
    text = "{{ points.balance }} {{ points.balance|plural:балл,балла,баллов }}"

    assert say(text, about(customer=member.customer), language="ru") == "1\N{NARROW NO-BREAK SPACE}024 балла"
    assert say(text, about(), language="ru") == "0 баллов"


def test_what_was_not_given_is_not_said_to_have_been() -> None:
    its = about()
    with pytest.raises(ValueMissing):
        say("{{ points.given }}", its, language="en")
    Goodwill.objects.create(
        ticket=its.ticket, points=50, reason="late", given_by=its.by, given_at=after(), key="k"
    )

    assert say("{{ points.given }}", About(its.ticket, its.by, its.at), language="en") == "50"


def test_a_name_that_looks_like_a_gap_stays_as_it_is() -> None:
    its = about(customer=CustomerFactory(given_name="{{ agent.name }}"))

    assert say("{{ customer.first_name }}", its, language="en") == "{{ agent.name }}"


def test_every_variable_has_a_label_and_a_sample_in_every_language() -> None:
    for variable in VARIABLES.values():
        assert str(variable.label)
        assert all(variable.sample(language) for language in ("en", "ru", "bg"))
