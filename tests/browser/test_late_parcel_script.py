"""The demo's chapter: the late-parcel script, key 1, an answer in the customer's language, 50 points of goodwill."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from crm.models import ChannelAccount, Message
from support.models import AgentProfile, Goodwill, ScriptLine, ScriptRun, Ticket
from support.scripts import ready
from tests.browser.story import tell
from tests.browser.test_desk import sign_in
from tests.browser.test_desk_day import wrote
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.played_scripts import ScenarioFactory, in_use

CHAPTER = {
    "ru": ("Где моя посылка?", "Вера, вы ждали, а мы опаздываем: простите нас."),
    "bg": ("Къде ми е пратката?", "Вера, чакахте, а ние закъсняваме: съжаляваме."),
}


def veras_ticket(language: str) -> Ticket:
    """Vera is a member and asks for her parcel; the ready script is in use."""
    story, now = tell(language), timezone.now()
    AgentProfile.objects.create(user=story.colleague)
    MemberFactory(customer=story.vera, programme=ProgrammeFactory(allowance_points=200))
    mailbox = ChannelAccount.objects.create(
        channel="email", name="Post", address="shop@lipa.example", is_main=True, opened_at=now
    )
    told = next(one for one in ready.scripts() if one.slug == "late-parcel")
    scenario = ScenarioFactory(slug=told.slug, names=told.names, words=told.words)
    in_use(told.tree(language), slug=told.slug, names=told.names, scenario=scenario)
    text = CHAPTER[language][0]
    ticket = wrote(mailbox, text, who="vera@example.org", at=now - timedelta(hours=1))
    Ticket.objects.filter(pk=ticket.pk).update(assignee=story.colleague, language=language)
    return ticket


@pytest.mark.parametrize("language", CHAPTER)
def test_key_one_answers_in_her_language_and_fifty_points_make_up_for_the_wait(reader, language):
    ticket, answer = veras_ticket(language), CHAPTER[language][1]
    agent = reader(locale=language)
    steps = agent.page.locator("#script .path li")
    sign_in(agent)
    agent.open(reverse("support:ticket", args=[ticket.pk]))

    agent.page.locator("#messages").focus()
    agent.press("1")
    expect(steps).to_have_count(1)
    agent.press("1")
    expect(agent.page.locator("#script-words")).to_contain_text(answer)
    agent.press("i")
    expect(agent.page.locator("#text")).to_have_value(re.compile(f"^{answer}"))
    agent.press("Control+Enter")
    # The first answer of a server that has just begun: a machine at its limit takes its time.
    expect(agent.page.locator(".message.ours")).to_contain_text(answer, timeout=20_000)
    agent.press("Escape")
    for count in (3, 4):
        agent.press("1")
        expect(steps).to_have_count(count)
    expect(agent.page.locator("#script ul li")).to_contain_text("50")
    assert not Goodwill.objects.exists()
    agent.press("1")
    expect(steps).to_have_count(5)
    expect(agent.page.locator("#script-words")).to_contain_text("50")

    assert Goodwill.objects.get().points == 50
    assert Message.objects.get(direction="out").text.startswith(answer)
    line, run = ScriptLine.objects.get(), ScriptRun.objects.get()
    assert (run.language, line.step, line.edited_ratio) == (language, "on_its_way", 0.0)
    assert agent.serious_faults() == []
    assert agent.complaints == []
