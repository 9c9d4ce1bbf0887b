"""Vera scores 2 on her phone and is called; what went wrong becomes an issue, is changed, and told to her."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from crm import relay
from crm.consents import consenting
from crm.models import Customer, Message, User
from support.models import Ticket
from surveys.answers import links, settling
from surveys.answers.answering import answer
from surveys.answers.scanning import SETTLES_AFTER
from surveys.asking import inviting
from surveys.closing import issues, planning
from surveys.models import Invitation, Issue, Recovery, SurveyVersion
from surveys.staff import answering, asking
from surveys.writing import adopting, authoring
from tests.browser.test_accessibility import sign_in
from tests.factories import tickets
from tests.factories.issues import DELIVERY, department, issue, said
from tests.factories.shops import UserFactory
from tests.factories.surveys_asked import mailbox, reachable

LATE = {"bg": "Куриерът закъсня", "ru": "Курьер опоздал", "en": "The courier was late"}
CHANGED = {"ru": "Теперь курьер звонит заранее.", "bg": "Вече куриерът се обажда.", "en": "We call ahead."}


def colleague(role: str, language: str) -> User:
    user: User = UserFactory(language=language)
    user.groups.add(Group.objects.get(name=role))
    return user


def vera(language: str) -> Customer:
    mailbox()
    person = reachable("vera@mail.example", language=language)
    at = timezone.now() - timedelta(days=2)
    consenting.give(person, purpose="advertising", channel="email", source="test", occurred_at=at, at=at)
    return person


def asked(person: Customer) -> Invitation:
    adopting.adopt(by=None, at=timezone.now())
    draft = SurveyVersion.objects.get(survey__slug="delivery")
    authoring.publish(draft, by=None, at=timezone.now())
    version = SurveyVersion.objects.select_related("survey").get(pk=draft.pk)
    at = timezone.now() - timedelta(hours=1)
    found = inviting.invite(version, customer=person, source="test", source_id="vera", at=at)
    assert isinstance(found, Invitation)
    return found


def pump() -> None:
    settling.settle_due(at=timezone.now() + SETTLES_AFTER)
    while relay.pump():
        pass


@pytest.mark.parametrize(("language", "has_script"), [("ru", True), ("bg", False)])
def test_two_on_a_phone_is_somebodys_to_call_at_once(reader: Any, language: str, has_script: bool) -> None:
    ana = tickets.agent(language=language)
    invitation = asked(vera(language))
    phone = reader(locale=language, width=360, java_script_enabled=has_script)
    phone.open(f"/s/{links.token_of(invitation)}/")
    phone.page.wait_for_timeout(1500)
    phone.page.locator('label:has(input[name="q-score"][value="2"])').click()
    phone.page.locator("button.primary").click()
    words = phone.page.locator("[name=q-words]")
    expect(words).to_be_visible()
    phone.page.wait_for_timeout(1500)
    words.fill(LATE[language])
    phone.page.locator("button.primary").click()
    expect(phone.page.get_by_role("status")).to_be_visible()
    pump()

    ticket = Ticket.objects.get()
    assert (ticket.assignee, ticket.priority) == (ana, Ticket.Priority.HIGH)
    assert Recovery.objects.get().ticket_id == ticket.pk
    desk = reader(locale=language)
    sign_in(desk, ana)
    desk.open(reverse("closing:recoveries"))
    expect(desk.page.locator("main")).to_contain_text(LATE[language])
    desk.page.locator("[name=cause]").fill("1")
    desk.page.locator("[name=action]").fill("2")
    desk.page.locator("form[action*='/recoveries/'] button").click()
    expect(desk.page.locator("main .empty")).to_be_visible()
    assert desk.complaints == []


@pytest.mark.parametrize("language", ["ru", "bg"])
def test_a_manager_makes_it_an_issue_plans_it_and_tells_who_said_it(reader: Any, language: str) -> None:
    person = vera(language)
    words = said(LATE[language], customer=person, language=language)
    manager = colleague("manager", language)
    theirs = reader(locale=language)
    sign_in(theirs, manager)
    page = theirs.page
    theirs.open(f"{reverse('closing:new')}?measure=csat&aspect=delivery&feedback={words.pk}")
    page.locator("[name=title]").fill("Varna 84 → 61 %, n = 64")
    page.locator("[name=department]").select_option(label=str(department()))
    page.locator("form button.primary").last.click()
    expect(page.locator("h1")).to_contain_text("Varna")

    page.locator("#step-what").fill("A second courier")
    page.locator("form[action$='/steps/'] button").click()
    page.locator("button[name=how][value=do]").click()
    for code, text in CHANGED.items():
        page.locator(f"#words-{code}").fill(text)
    page.locator("form[action$='/words/'] button").click()
    page.locator("form[action$='/news/'] button").click()
    expect(page.locator("form[action$='/news/']")).to_have_count(0)
    assert CHANGED[language] in Message.objects.get(notice="issue_changed").text

    page.locator("form[action$='/closing/'] button").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    page.locator("#reason").fill("1")
    page.locator("form[action$='/closing/'] button").click()
    expect(page.locator("h1 ~ .badge.good")).to_be_visible()
    assert Issue.objects.get().state == "closed"
    assert theirs.complaints == []


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("ru", "dark", 1440), ("bg", "light", 360), ("bg", "dark", 1440), ("ru", "light", 360)],
)
def test_axe_finds_nothing_serious_where_the_loop_is_closed(
    reader: Any, language: str, theme: str, width: int
) -> None:
    ana = tickets.agent(language=language)
    person = vera(language)
    invitation = asked(person)
    one = issue(figure=DELIVERY, target=80, feedback=[said(LATE[language], customer=person).pk])
    planning.do(planning.add_step(one, what="A second courier", owner=ana), by=ana, at=timezone.now())
    issue(due_on=timezone.localdate() - timedelta(days=3), title="Late", at=timezone.now())
    issues.close(issue(title="Over"), by=ana, at=timezone.now(), reason="x")
    Recovery.objects.create(
        response=_answered(invitation),
        ticket_id=1,
        opened_at=timezone.now(),
        due_at=timezone.now() - timedelta(hours=1),
    )
    staff = _among_colleagues(ana)
    keeper = reader(locale=language, theme=theme, width=width)
    sign_in(keeper, colleague("administrator", language))
    asking.ask_colleagues(staff, on=timezone.localdate())

    faults: list[str] = []
    for name, path in (
        ("board", reverse("closing:issues")),
        ("closed", f"{reverse('closing:issues')}?state=closed"),
        ("issue", reverse("closing:issue", args=[one.pk])),
        ("form", f"{reverse('closing:new')}?measure=csat"),
        ("recoveries", reverse("closing:recoveries")),
        ("colleagues", reverse("staff-surveys:mine")),
        ("results", reverse("staff-surveys:results", args=[staff.pk])),
        ("desk", reverse("admin:index")),
    ):
        keeper.open(path)
        faults += [f"{name}: {fault}" for fault in keeper.serious_faults()]
        if not keeper.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            faults.append(f"{name}: wider than the screen")
        if folder := os.environ.get("VEREN_SHOTS"):
            shot = Path(folder) / f"closing-{name}-{language}-{theme}-{width}.png"
            keeper.page.screenshot(path=shot, full_page=True)

    assert faults == []
    assert keeper.complaints == []


def _answered(invitation: Invitation) -> Any:
    at = timezone.now()
    given = {"score": 2, "words": "…"}
    return answer(invitation, answers=given, at=at, language="bg", channel="email")


def _among_colleagues(ana: User) -> SurveyVersion:
    draft = SurveyVersion.objects.get(survey__slug="colleagues")
    authoring.publish(draft, by=None, at=timezone.now())
    version = SurveyVersion.objects.select_related("survey").get(pk=draft.pk)
    long_ago = timezone.localdate() - timedelta(days=14)
    people = [ana, *(UserFactory() for _ in range(5))]
    asking.ask_colleagues(version, on=long_ago)
    for number, person in enumerate(people):
        given = {"score": 10 - number, "words": "More light" if number % 2 else ""}
        answering.answer(version, by=person, answers=given, on=long_ago)
    return version
