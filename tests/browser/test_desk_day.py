"""An agent's day at the desk, by keys where there are keys, in Russian and in Bulgarian."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from crm.channels.base import CallNews, Incoming, Sender
from crm.messages import calling, receiving
from crm.models import Call, ChannelAccount, Customer, Message, Order, User
from loyalty.points import earning
from support import opening
from support.models import AgentProfile, Clock, Goodwill, Note, Promise, ReturnCase, Ticket
from tests.browser.story import PASSWORD, tell
from tests.browser.test_desk import sign_in
from tests.browser.test_setup import code_of
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rules import rule
from tests.factories.support import calendar_of_weekdays


@dataclass(frozen=True)
class Desk:
    parcel: Ticket
    other: Ticket
    mailbox: ChannelAccount


def desk(language: str) -> Desk:
    """Vera asks for her parcel, which is late; an hour later somebody else asks for something else."""
    story, now = tell(language), timezone.now()
    AgentProfile.objects.create(user=story.colleague)
    mailbox = ChannelAccount.objects.create(
        channel="email", name="Post", address="shop@lipa.example", is_main=True, opened_at=now
    )
    parcel = wrote(mailbox, "Где моя посылка?", who="vera@example.org", at=now - timedelta(hours=3))
    other = wrote(mailbox, "Есть ли белый чай?", who="oleg@example.org", at=now - timedelta(hours=1))
    for ticket, due in ((parcel, now - timedelta(minutes=20)), (other, now + timedelta(hours=5))):
        Ticket.objects.filter(pk=ticket.pk).update(
            next_due_at=due, next_due_kind="first_response", assignee=story.colleague
        )
        Clock.objects.filter(ticket=ticket, kind="first_response").update(due_at=due)
    return Desk(parcel, other, mailbox)


def wrote(mailbox: ChannelAccount, text: str, *, who: str, at: datetime) -> Ticket:
    incoming = Incoming(
        external_id=f"{who}{text}",
        sender=Sender(kind="email", value=who, name="Олег"),
        text=text,
        subject=text,
        occurred_at=at,
        thread=who,
    )
    message = receiving.receive(mailbox, incoming, raw=None, at=at)
    return opening.hear(message, at=at)


ANSWERS = {
    "ru": "Вера, посылка задержалась из-за снега и приедет сегодня до 18:00",
    "bg": "Вера, пратката закъсня заради снега и пристига днес до 18:00 ч.",
}
ALLOWANCE = 200


def _agent_with_an_app() -> tuple[User, str]:
    """Somebody who only answers customers, with an authenticator app."""
    agent = User.objects.create_user("boris@lipa.example", PASSWORD, name="Boris Iliev", is_staff=True)
    agent.groups.add(Group.objects.get(name="agent"))
    AgentProfile.objects.create(user=agent)
    secret = generate_totp_secret()
    TOTP.activate(agent, secret)
    return agent, secret


def _earns_points(vera: Customer) -> Order:
    """Vera is a member; her latest parcel came late, and earned."""
    programme = ProgrammeFactory(allowance_points=ALLOWANCE)
    rule(programme, settings={"points": "1", "per": "10.00"})
    MemberFactory(customer=vera, programme=programme)
    order = Order.objects.get(customer=vera, number="LO-99")
    Order.objects.filter(pk=order.pk).update(paid_at=timezone.now() - timedelta(days=3))
    order.refresh_from_db()
    assert earning.earn(order, at=timezone.now(), programme=programme).points == 125
    return order


def _sign_in_with_a_code(agent, path: str, secret: str) -> None:
    agent.open(path)
    agent.page.fill("#id_login", "boris@lipa.example")
    agent.page.fill("#id_password", PASSWORD)
    agent.press("Enter")
    agent.page.wait_for_url("**/second-factor/authenticate/**")
    agent.page.fill("#id_code", code_of(secret))
    agent.press("Enter")
    agent.page.locator(".topbar .menu").wait_for()


@pytest.mark.parametrize("language", ["ru", "bg"])
def test_an_agents_day_from_the_second_factor_to_the_resolved_ticket(reader, settings, language):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    cache.clear()
    its = desk(language)
    boris, secret = _agent_with_an_app()
    Ticket.objects.update(assignee=boris)
    order = _earns_points(its.parcel.customer)
    day = reader(locale=language)
    page = day.page
    _sign_in_with_a_code(day, reverse("support:inbox"), secret)

    # The oldest of what burns.
    day.press("g", "f")
    page.wait_for_url("**view=breaching**")
    day.press("j", "Enter")
    page.wait_for_url(f"**/tickets/{its.parcel.pk}/")

    # Where is my parcel? It is answered from what stands beside the question.
    expect(page.locator("#side .notice")).to_contain_text("LO-100")
    day.press("r")
    day.type(ANSWERS[language])
    day.press("Control+Enter")
    expect(page.locator(".message.ours")).to_contain_text("18:00")

    # More than the day allows is refused on the page, and what was typed stays; less is given.
    page.locator("#text").blur()
    day.press("b")
    page.fill("#gift-points", str(ALLOWANCE + 1))
    page.fill("#gift-reason", "Закъсняла пратка")
    page.locator("#gift button").click()
    expect(page.locator("#said .error")).to_be_visible()
    expect(page.locator("#gift-reason")).to_have_value("Закъсняла пратка")
    assert not Goodwill.objects.exists()
    page.fill("#gift-points", "50")
    page.locator("#gift button").click()
    expect(page.locator("#said .error")).to_have_count(0)
    expect(page.locator("#gift-what option").first).to_contain_text(str(ALLOWANCE - 50))

    # A return: what it does to points is read before anything is asked for.
    page.locator("#messages").focus()
    day.press("v")
    page.locator("#return a", has_text=order.number).click()
    page.wait_for_url("**/return/**")
    page.locator(".field", has_text="Пиала").locator("input").fill("1")
    page.locator("button[name=look]").click()
    expect(page.locator(".notice")).to_contain_text("124")
    assert not ReturnCase.objects.exists()
    page.locator("button[name=ask]").click()
    page.wait_for_url("**/support/returns/**")

    # A call is promised, and the ticket resolved.
    day.open(reverse("support:ticket", args=[its.parcel.pk]))
    day.press("y")
    page.fill("#promise-what", "Да се обадим, когато парите са върнати")
    page.locator("#promise button[value=hour]").click()
    expect(page.locator("#head .lines")).to_contain_text("парите са върнати")
    page.locator("#messages").focus()
    day.press("e")
    expect(page.locator("#head .badge.good")).to_have_count(1)
    day.settle()

    its.parcel.refresh_from_db()
    assert its.parcel.category == "resolved"
    assert Message.objects.get(direction="out").text == ANSWERS[language]
    assert Goodwill.objects.get().points == 50
    assert ReturnCase.objects.get().ticket == its.parcel
    assert Promise.objects.get().kept_at is None


@pytest.mark.parametrize("language", ["ru", "bg"])
def test_the_oldest_burning_ticket_is_answered_promised_in_and_resolved_by_keys(reader, language):
    its = desk(language)
    agent = reader(locale=language)
    sign_in(agent, reverse("support:inbox"))

    agent.press("g", "f")
    agent.page.wait_for_url("**view=breaching**")
    agent.press("j", "Enter")
    agent.page.wait_for_url(f"**/tickets/{its.parcel.pk}/")
    side = agent.page.locator("#side")
    expect(side).to_contain_text("LO-100")

    agent.press("i")
    agent.type("Курьер стоит в снегу")
    agent.press("Control+Enter")
    expect(agent.page.locator(".message.note")).to_contain_text("Курьер стоит в снегу")
    expect(agent.page.locator("#text")).to_have_value("")

    agent.page.locator("body").press("Escape")
    agent.page.locator("#text").blur()
    agent.press("r")
    agent.type("Вера, посылка приедет сегодня до 18:00")
    agent.press("Control+Enter")
    answer = agent.page.locator(".message.ours")
    expect(answer).to_contain_text("сегодня до 18:00")
    expect(agent.page.locator("#text")).to_have_value("")

    agent.page.locator("#text").blur()
    agent.press("y")
    agent.page.fill("#promise-what", "Перезвонить вечером")
    agent.page.locator("#promise button[value=hour]").click()
    expect(agent.page.locator("#head .lines")).to_contain_text("Перезвонить вечером")

    agent.page.locator("#messages").focus()
    agent.press("e")
    expect(agent.page.locator("#head .badge.good")).to_have_count(1)
    agent.settle()

    its.parcel.refresh_from_db()
    assert its.parcel.category == "resolved"
    assert Message.objects.get(direction="out").address == "vera@example.org"
    assert Note.objects.get().text == "Курьер стоит в снегу"


def test_an_answer_is_taken_back_and_its_words_stand_in_the_field_again(reader):
    its = desk("en")
    agent = reader()
    sign_in(agent, reverse("support:ticket", args=[its.parcel.pk]))
    agent.page.fill("#text", "Not yet ready")
    agent.press("Control+Enter")
    agent.page.locator(".message.ours form button").click()

    expect(agent.page.locator("#text")).to_have_value("Not yet ready")
    expect(agent.page.locator(".message.ours")).to_contain_text("taken back")
    assert Message.objects.get(direction="out").state == "cancelled"


def test_what_two_answers_bring_at_once_stands_once(reader):
    """The pulse asked before our answer was kept, and is answered after it."""
    its = desk("en")
    agent = reader()
    sign_in(agent, reverse("support:ticket", args=[its.parcel.pk]))
    before = agent.page.locator("#newest").input_value()
    agent.page.fill("#text", "It is on its way")
    agent.press("Control+Enter")
    ours = agent.page.locator(".message.ours")
    expect(ours).to_contain_text("It is on its way")

    pulse = reverse("support:pulse", args=[its.parcel.pk])
    with agent.page.expect_response(lambda answer: "late=yes" in (answer.request.post_data or "")) as heard:
        agent.page.evaluate(
            """([pulse, before]) => {
                document.getElementById("newest").value = before;
                return htmx.ajax("POST", pulse, { source: "#pulse", swap: "none", values: { late: "yes" } });
            }""",
            [pulse, before],
        )
    assert "It is on its way" in heard.value.text()
    expect(agent.page.locator("#newest")).not_to_have_value(before)
    expect(ours).to_have_count(1)


def test_what_came_meanwhile_stops_the_answer_and_is_shown_and_nothing_typed_is_lost(reader):
    its = desk("en")
    agent = reader()
    sign_in(agent, reverse("support:ticket", args=[its.parcel.pk]))
    agent.page.fill("#text", "It comes today")
    wrote(its.mailbox, "It has come!", who="vera@example.org", at=timezone.now())

    agent.press("Control+Enter")
    expect(agent.page.locator("#said")).to_contain_text("since you began")
    expect(agent.page.locator("#messages")).to_contain_text("It has come!")
    expect(agent.page.locator("#text")).to_have_value("It comes today")
    assert not Message.objects.filter(direction="out").exists()


def test_a_draft_survives_leaving_the_page(reader):
    its = desk("en")
    agent = reader()
    sign_in(agent, reverse("support:ticket", args=[its.parcel.pk]))
    agent.page.locator("#text").press_sequentially("Half a sen")
    agent.open(reverse("support:inbox"))
    agent.open(reverse("support:ticket", args=[its.parcel.pk]))

    expect(agent.page.locator("#text")).to_have_value("Half a sen")


def test_a_row_changes_in_place_and_the_focus_stays(reader):
    its = desk("en")
    agent = reader()
    sign_in(agent, reverse("support:inbox") + "?view=team&sort=newest")
    agent.press("j", "j")
    focused = agent.page.evaluate("document.activeElement.id")
    Ticket.objects.filter(pk=its.parcel.pk).update(last_words="Changed meanwhile")

    agent.page.evaluate("htmx.trigger(document.body, 'rows-changed')")
    expect(agent.page.locator(f"#ticket-{its.parcel.pk}")).to_contain_text("Changed meanwhile")
    assert agent.page.evaluate("document.activeElement.id") == focused == f"ticket-{its.parcel.pk}"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_desk_has_no_serious_fault_of_access_and_nothing_runs_out_of_the_page(reader, theme, width):
    its = desk("ru")
    agent = reader(locale="ru", theme=theme, width=width)
    sign_in(agent, reverse("support:inbox") + "?view=team")
    calendar_of_weekdays((9, 18))
    ticket = [its.parcel.pk]
    pages = [
        *(reverse("support:inbox") + "?view=team", reverse("support:ticket", args=ticket)),
        *(reverse("support:splitting", args=ticket), reverse("support:lead")),
        *(reverse("support:coverage"), reverse("support:praise")),
    ]
    for address in pages:
        agent.open(address)
        assert agent.serious_faults() == []
        assert agent.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", ["ru", "bg"])
def test_a_ringing_telephone_shows_who_it_is_with_their_ticket_and_goes_away_when_it_is_answered(
    reader, language
):
    its = desk(language)
    line = ChannelAccount.objects.create(channel="phone", name="Varna", opened_at=timezone.now())
    agent = reader(locale=language)
    sign_in(agent, reverse("support:inbox"))
    expect(agent.page.locator(".ringing")).to_have_count(0)

    call = _a_call_step(line, "c-1", "rang")
    toast = agent.page.locator(".ringing")
    expect(toast).to_contain_text("Соколова", timeout=15_000)
    expect(toast).to_contain_text(its.parcel.subject)
    assert call.customer == its.parcel.customer
    assert "887123101" not in toast.inner_text()
    assert agent.serious_faults() == []

    _a_call_step(line, "c-1", "answered")
    expect(toast).to_have_count(0, timeout=15_000)
    _a_call_step(line, "c-2", "rang")
    expect(toast).to_be_visible(timeout=15_000)
    agent.press("o")
    agent.page.wait_for_url(f"**/tickets/{its.parcel.pk}/")


def _a_call_step(line: ChannelAccount, number: str, step: str) -> Call:
    now = timezone.now()
    news = CallNews(external_id=number, step=step, phone="+359887123101", at=now)
    return calling.hear(line, news, at=now)


def test_an_order_is_named_and_a_part_is_split_off_and_put_back(reader):
    its = desk("en")
    wrote(its.mailbox, "And the vase has a crack", who="vera@example.org", at=timezone.now())
    agent = reader()
    sign_in(agent, reverse("support:ticket", args=[its.parcel.pk]))
    page = agent.page

    page.locator("#messages").focus()
    agent.press("w")
    page.locator("#about li", has_text="LO-100").locator("button").click()
    expect(page.locator("#head a.badge")).to_contain_text("LO-100")
    page.locator("#said button", has_text="Undo").click()
    expect(page.locator("#head a.badge")).to_have_count(0)

    agent.press("l")
    page.locator("#labels a", has_text="Split off a part").click()
    page.locator("li", has_text="crack").locator("input").check()
    page.locator("button[value=look]").click()
    expect(page.locator("#foreseen")).to_contain_text("1 message goes on in a ticket of its own")
    page.locator("button[value=split]").click()
    assert Ticket.objects.count() == 3
    page.locator("button", has_text="put it back").click()
    page.wait_for_url(f"**/tickets/{its.parcel.pk}/")
    expect(page.locator("#messages")).to_contain_text("crack")
