"""The page of what customers say: what it tells, what it keeps back, and what may leave the house."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta
from html import unescape
from io import BytesIO, StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from crm.models import ListTaken
from surveys.models import Department, Feedback, SurveyVersion, Theme
from tests.factories.customers import CustomerFactory
from tests.factories.shops import ShopFactory, UserFactory
from tests.factories.survey_answers import anonymous
from tests.factories.survey_scores import answered
from tests.factories.surveys import only, published

pytestmark = pytest.mark.django_db

PAGE = "/dashboard/feedback/"


@pytest.fixture
def at() -> datetime:
    """Yesterday: the page reads the clock."""
    return timezone.now() - timedelta(days=1)


@pytest.fixture
def version() -> SurveyVersion:
    return published(content=only("nps"))


def signed_in(client: Any, role: str) -> Any:
    user = UserFactory(language="en")
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


@pytest.fixture
def manager(client):
    return signed_in(client, "manager")


def read(client, query: str = "", path: str = PAGE) -> str:
    response = client.get(f"{path}?{query}")
    assert response.status_code == 200
    return response.content.decode()


def rows_of(client, query: str = "", name: str = "figures") -> list[dict[str, str]]:
    response = client.get(f"{PAGE}{name}.csv?{query}")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


# ── What it tells ────────────────────────────────────────────────────────────
@pytest.mark.parametrize("measure", ["nps", "csat", "ces"])
def test_without_answers_it_says_so_and_never_zero(client, manager, measure):
    page = read(client, f"measure={measure}")

    assert "no answers" in page
    assert '<p class="value">0' not in page


def test_a_score_stands_with_its_number_its_interval_and_its_change(client, manager, version, at):
    answered(version, {10: 50, 8: 30, 3: 20}, at=at)

    page = read(client)

    assert '<p class="value">+30' in page
    assert "95 %: 14…44; 100 answers" in page
    assert "too early to tell" not in page  # there was nobody before at all


def test_few_answers_are_counts_without_score_interval_and_trend(client, manager, version, at):
    answered(version, {10: 20, 3: 9}, at=at)

    page = read(client)

    assert '<p class="value">29 answers' in page
    assert "promoters, 9–10: 20" in page
    assert "fewer than 30 answers" in page
    assert "+38" not in page


def test_satisfaction_is_told_by_aspect_in_per_cent(client, manager, version, at):
    answered(version, {5: 80, 2: 20}, kind="csat", aspect="delivery", at=at)

    page = read(client, "measure=csat&aspect=delivery")

    assert '<p class="value">80%' in page
    assert "95 %: 71…87; 100 answers" in page


def test_it_opens_with_a_figure_that_has_answers(client, manager, version, at):
    answered(version, {5: 30, 1: 10}, kind="csat", at=at, aspect="delivery")

    page = read(client)

    assert '<input type="hidden" name="measure" value="csat">' in page
    assert '<p class="value">75' in page


def test_a_fall_since_the_period_before_is_told_with_its_interval(client, manager, version, at):
    answered(version, {5: 84, 2: 16}, kind="csat", aspect="delivery", at=at - timedelta(days=40))
    answered(version, {5: 39, 2: 25}, kind="csat", aspect="delivery", at=at)

    page = read(client, "measure=csat&aspect=delivery&period=30")

    assert '<p class="value">61%' in page
    assert 'class="change down bad">−23' in page


def test_shops_are_not_ranked_but_held_against_the_others(client, manager, version, at):
    good, bad, few = ShopFactory(name="Burgas"), ShopFactory(name="Varna"), ShopFactory(name="Anapa")
    answered(version, {10: 60}, at=at, shop=good)
    answered(version, {0: 60}, at=at, shop=bad)
    answered(version, {10: 3}, at=at, shop=few)

    page = read(client, "by=shop")

    table = page[page.index('id="parts-title"') :]
    assert table.index("Anapa") < table.index("Burgas") < table.index("Varna")
    assert table.count('class="badge good"') == table.count('class="badge bad"') == 1


@pytest.mark.parametrize(
    "query",
    [
        "measure=eps",
        "by=colour",
        "shop=999999",
        "survey=nowhere",
        "period=never",
        "after=x",
        "who={",
        "who=1",
    ],
)
def test_an_address_that_makes_no_sense_shows_a_page_nonetheless(client, manager, query):
    assert client.get(f"{PAGE}?{query}").status_code == 200


def test_it_is_narrowed_to_customers_of_whom_something_holds(client, manager, version, at):
    answered(version, {10: 40}, at=at, customer=CustomerFactory(language="ru"))
    answered(version, {0: 40}, at=at, customer=CustomerFactory(language="bg"))
    who = json.dumps({"field": "customer.language", "op": "eq", "value": "ru"})

    assert '<p class="value">+100' in read(client, f"who={who}")


def test_an_editor_of_conditions_that_was_left_empty_leaves_nobody_out(client, manager, version, at):
    answered(version, {10: 40}, at=at)

    assert "40 answers" in read(client, f"who={json.dumps({'all': []})}")


def test_themes_stand_with_how_often_they_are_talked_about(client, manager, at):
    department = Department.objects.create(slug="logistics", names={"en": "Logistics"})
    theme = Theme.objects.create(slug="late", names={"en": "Late parcels"}, department=department)
    told = {"source": "api", "language": "en", "department": department, "recorded_at": at, "due_at": at}
    for number in range(2):
        Feedback.objects.create(
            source_id=f"{number}", text="Late", occurred_at=at, theme=theme if number else None, **told
        )

    page = read(client)

    assert "Late parcels" in page
    assert "no theme" in page


def test_the_loudest_theme_is_named_with_its_department_and_made_an_issue(client, manager, at):
    logistics = Department.objects.create(slug="logistics", names={"en": "Logistics"})
    staff = Department.objects.create(slug="staff", names={"en": "Shop floor"})
    late = Theme.objects.create(slug="late", names={"en": "Late parcels"}, department=logistics)
    rude = Theme.objects.create(slug="rude", names={"en": "Rudeness"}, department=staff)
    said_of(late, 24, at=at)
    said_of(rude, 16, at=at)
    assert "No theme is talked about more than the next one by more than chance." in read(client)

    said_of(late, 26, at=at)
    page = read(client)

    assert "Most talked about: Late parcels. It belongs to this department: Logistics." in page
    assert f"state=all&theme={late.pk}" in unescape(page)
    form = client.get(reverse("closing:new"), {"title": "Late parcels", "department": logistics.pk})
    assert form.context["form"]["title"].value() == "Late parcels"
    assert form.context["form"]["department"].value() == str(logistics.pk)


def said_of(theme: Theme, count: int, *, at: datetime) -> None:
    Feedback.objects.bulk_create(
        Feedback(
            source="api",
            source_id=uuid4().hex,
            text="So it was",
            language="en",
            theme=theme,
            department=theme.department,
            occurred_at=at,
            recorded_at=at,
            due_at=at,
        )
        for _number in range(count)
    )


# ── Words, and who may see them ──────────────────────────────────────────────
def test_words_stand_there_with_whose_they_are_for_those_who_may_see_it(client, version, at):
    person = CustomerFactory(given_name="Росица")
    answered(version, {3: 1}, at=at, text="Три дня не везли", customer=person)

    signed_in(client, "manager")
    page = read(client)
    assert "Три дня не везли" in page
    assert "Росица" in page

    signed_in(client, "marketer")
    assert "Три дня не везли" not in read(client)


def test_earlier_words_are_a_page_further(client, manager, version, at):
    for number in range(25):
        answered(version, {3: 1}, at=at - timedelta(minutes=number), text=f"Said {number:02}")

    page = read(client)
    assert "Said 19" in page
    assert "Said 20" not in page
    after = page.split("after=")[1].split('"')[0]
    assert "Said 20" in read(client, f"after={after}")


def test_a_cashier_and_an_agent_see_no_figures(client):
    for role in ("cashier", "agent"):
        signed_in(client, role)
        assert client.get(PAGE).status_code == 403


# ── Anonymous surveys ────────────────────────────────────────────────────────
def test_four_anonymous_answers_are_shown_nowhere(client, manager, at):
    answered(anonymous(), {3: 4}, at=at, text="It was I", channel="")

    page = read(client, "survey=anonymous")

    assert "not shown" in page
    assert "It was I" not in page
    assert "detractors, 0–6:" not in page
    figures = rows_of(client, "survey=anonymous")
    assert {row["Answers"] for row in figures} <= {"not shown", "no answers"}


def test_anonymous_words_have_neither_moment_nor_person(client, manager, at):
    answered(anonymous(), {3: 9}, at=at, text="It was we", channel="")

    page = read(client, "survey=anonymous")

    words = page[page.index('id="words-title"') :]
    assert "It was we" in words
    assert str(at.year) not in words.split("</section>")[0]


def test_anonymous_answers_leave_the_house_as_figures_only(client, manager, at):
    answered(anonymous(), {3: 9}, at=at, channel="")

    response = client.get(f"{PAGE}answers.csv?survey=anonymous", follow=True)

    assert "as figures only" in response.content.decode()


# ── Files ────────────────────────────────────────────────────────────────────
def test_figures_leave_as_numbers_and_few_answers_as_their_number_alone(client, manager, version, at):
    here, there = ShopFactory(name="Burgas"), ShopFactory(name="Varna")
    answered(version, {10: 50, 8: 30, 3: 20}, at=at, shop=here)
    answered(version, {3: 9}, at=at, shop=there)

    rows = {row["Part"]: row for row in rows_of(client, "by=shop") if row["Divided by"] == "Shop"}

    burgas = rows["Burgas"]
    assert (burgas["Answers"], burgas["Score"]) == ("100", "30.00")
    assert (burgas["95 %, from"], burgas["95 %, to"]) == ("14.05", "44.20")
    assert (rows["Varna"]["Answers"], rows["Varna"]["Score"]) == ("9", "")


def test_a_workbook_holds_numbers_that_can_be_added_up(client, manager, version, at):
    answered(version, {10: 50, 8: 30, 3: 20}, at=at)

    response = client.get(f"{PAGE}figures.xlsx")

    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    whole = [cell.value for cell in sheet[2]]
    assert (whole[5], float(whole[6])) == (100, 30)


def test_who_took_answers_out_stands_on_the_pages_of_those_people(client, manager, version, at):
    person = CustomerFactory()
    answered(version, {3: 1}, at=at, customer=person, text="=1+1")

    (row,) = rows_of(client, name="answers")

    assert (row["Answer"], row["Customer"]) == ("3", str(person.pk))
    assert row["Words"] == "'=1+1"
    assert ListTaken.objects.get().customers == [person.pk]


def test_a_marketer_takes_nothing_out(client, version, at):
    signed_in(client, "marketer")

    assert client.get(f"{PAGE}figures.csv").status_code == 403
    assert client.get(f"{PAGE}answers.csv").status_code == 403


def test_the_page_asks_as_often_however_many_answered(client, manager, version, at):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            read(client)
        return len(queries)

    answered(version, {10: 1}, at=at, text="Well", customer=CustomerFactory(), shop=ShopFactory())
    asked()
    few = asked()
    for _one in range(6):
        answered(version, {10: 2}, at=at, text="Well", customer=CustomerFactory(), shop=ShopFactory())

    assert asked() == few <= 30
