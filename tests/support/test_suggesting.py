"""Scripts are suggested by their condition, the mood, the words and the topic; and found by what somebody types."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import company, rules
from crm.models import Order, Shipment
from support.models import Script, Ticket, Topic
from support.scripts import playing, suggesting
from tests.factories.customers import CustomerFactory
from tests.factories.orders import placed_order
from tests.factories.played_scripts import ScenarioFactory, ScriptFactory, in_use, step, tree
from tests.factories.shops import NOON
from tests.factories.tickets import TeamFactory, after, agent, ticket, wrote

pytestmark = pytest.mark.django_db

LATE = {"field": "ticket.has_late_parcel", "op": "eq", "value": True}


def script(**more) -> Script:
    return in_use(tree(step("only", "end", text="Hello", outcome="solved")), **more)


def suggested(its: Ticket) -> list[tuple[str, str]]:
    its.refresh_from_db()
    return [(one.script.slug, one.how) for one in suggesting.suggestions(its, at=after(minutes=5))]


def order_of(customer) -> Order:
    order = placed_order()
    Order.objects.filter(pk=order.pk).update(customer=customer)
    return order


def late_parcel_of(customer) -> Shipment:
    order = order_of(customer)
    return Shipment.objects.create(order=order, external_id="p", promised_on=NOON.date() - timedelta(days=2))


def test_by_the_words_of_the_customer_in_whichever_language():
    script(slug="late", scenario=ScenarioFactory(words={"ru": ["где посылка", "придёт"], "en": ["late"]}))
    script(slug="other", scenario=ScenarioFactory(words={"ru": ["сломан"]}))

    assert suggested(ticket("Подскажите, ГДЕ посылка?!")) == [("late", "words")]
    assert suggested(ticket("Когда придет чай?")) == [("late", "words")]
    assert suggested(ticket("Есть ли белый чай?")) == []


def test_by_the_topic():
    topic = Topic.objects.create(slug="returns", names={"en": "Returns"})
    its = script(slug="return")
    its.scenario.topics.add(topic)

    asked = ticket("Добрый день")
    Ticket.objects.filter(pk=asked.pk).update(topic=topic)
    assert suggested(Ticket.objects.get(pk=asked.pk)) == [("return", "topic")]


def test_anger_comes_before_what_it_is_about_and_a_condition_before_anger():
    script(slug="late", scenario=ScenarioFactory(words={"ru": ["посылк"]}))
    script(slug="calm-down", scenario=ScenarioFactory(slug="angry"))
    script(slug="parcel-late", suggest_when=LATE)
    customer = CustomerFactory()
    late_parcel_of(customer)

    asked = ticket("ЭТО БЕЗОБРАЗИЕ! Где моя посылка?!", customer=customer)
    assert suggested(asked) == [("parcel-late", "condition"), ("calm-down", "mood"), ("late", "words")]


def test_what_was_played_is_not_suggested_again():
    late = script(slug="late", scenario=ScenarioFactory(words={"ru": ["посылк"]}))
    asked = ticket("Где посылка?")
    playing.start(late, ticket=asked, by=agent(), key="k", at=after(minutes=1))

    assert suggested(asked) == []


def test_only_what_is_in_use_for_its_team_is_offered():
    words = {"ru": ["посылк"]}
    script(slug="gone", ended_at=NOON, scenario=ScenarioFactory(words=words))
    ScriptFactory(slug="draft", scenario=ScenarioFactory(words=words))
    script(slug="wholesale", scenario=ScenarioFactory(words=words)).teams.add(TeamFactory())

    assert suggested(ticket("Где посылка?")) == []


def test_a_condition_about_what_is_gone_suggests_nothing():
    script(suggest_when={"field": "ticket.no_such", "op": "eq", "value": True})
    assert suggested(ticket("Где посылка?")) == []


def test_a_search_goes_through_names_folders_shortcuts_and_words():
    script(
        slug="late-parcel",
        names={"en": "Late parcel", "ru": "Посылка опаздывает"},
        folder="Delivery",
        scenario=ScenarioFactory(words={"bg": ["закъснява"]}),
    )
    script(slug="refund")
    offered = list(suggesting.in_use(ticket(), at=after(minutes=5)))

    for typed in ("parcel", "ПОСЫЛКА", "deliv", "late-p", "закъсня", "delivery опазд"):
        assert [one.slug for one in suggesting.matching(offered, typed)] == ["late-parcel"]
    assert len(suggesting.matching(offered, "")) == 2


def test_more_scripts_ask_the_database_no_more():
    topic = Topic.objects.create(slug="t", names={"en": "T"})
    asked = ticket("Где посылка?")

    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            suggesting.suggestions(asked, at=after(minutes=5))
        return len(made)

    script().scenario.topics.add(topic)
    few = queries()
    for _number in range(5):
        script(scenario=ScenarioFactory(words={"ru": ["посылк"]})).scenario.topics.add(topic)
    assert queries() == few
    assert few <= 4


def test_the_mood_is_that_of_the_latest_message():
    customer = CustomerFactory()
    asked = ticket("Это безобразие", customer=customer)
    assert asked.mood == "angry"

    wrote("Спасибо, нашлась", customer=customer, at=after(minutes=1))
    asked.refresh_from_db()
    assert asked.mood == "calm"


@pytest.mark.parametrize("late_days", [-1, 0, 2, 70])
def test_a_late_parcel_is_the_same_to_the_database_and_to_python(late_days):
    asked = ticket("Где посылка?")
    order = order_of(asked.customer)
    clock = company.current().clock
    today: date = after(hours=1).astimezone(clock).date()
    Shipment.objects.create(order=order, external_id="p", promised_on=today - timedelta(days=late_days))

    by_rows = Ticket.objects.filter(rules.where(LATE, "ticket", at=after(hours=1), clock=clock)).exists()
    by_one = rules.holds(LATE, "ticket", asked, at=after(hours=1), clock=clock)
    assert by_rows == by_one == (late_days == 2)
