"""A mail shows marks to be tapped: each opens the page with it chosen; nothing counts before it is confirmed."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives

from crm.channels.email import composing
from crm.messages import sending
from surveys.answers import links
from surveys.models import Invitation, Response, SurveyVersion
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.paper_channels import PaperAccountFactory
from tests.factories.shops import NOON, ShopFactory
from tests.factories.survey_answers import Browser
from tests.factories.surveys import only, options, published, survey
from tests.factories.surveys_asked import ask, mailbox, reachable

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mailbox() -> None:
    mailbox()


def mail_of(version: SurveyVersion | None = None) -> tuple[Invitation, EmailMultiAlternatives]:
    asked = ask(version, customer=reachable(language="en", given_name="<b>Anna</b>"))
    assert isinstance(asked, Invitation)
    assert asked.message
    mail = composing.compose(
        sending.letter_of(asked.message),
        sender=("Lipa", "shop@lipa.example"),
        message_id="<1@lipa.example>",
        answer_to="shop@lipa.example",
    )
    return asked, mail


def page_of(mail: EmailMultiAlternatives) -> str:
    ((page, kind),) = mail.alternatives
    assert kind == "text/html"
    return str(page)


def test_each_mark_is_a_link_of_its_own() -> None:
    asked, mail = mail_of()
    page = page_of(mail)

    for score in range(11):
        assert f'href="{links.address_of(asked, score=score)}"' in page
    assert page.index("Question score?") < page.index("?score=0") < page.index("It takes a minute")


def test_the_text_alone_says_everything() -> None:
    asked, mail = mail_of()

    assert links.address_of(asked) in mail.body
    assert "Question score?" in mail.body
    assert "<a" not in mail.body


def test_what_people_are_called_is_no_markup() -> None:
    _asked, mail = mail_of()

    assert "<b>Anna" not in page_of(mail)
    assert "&lt;b&gt;Anna" in page_of(mail)


def test_only_machines_find_the_trap() -> None:
    asked, mail = mail_of()
    trap = re.search(rf'<a href="{re.escape(links.trap_of(asked))}"[^>]*></a>', page_of(mail))

    assert trap
    assert links.trap_of(asked) not in mail.body


def test_opening_a_mark_counts_for_nothing_and_confirming_it_does() -> None:
    asked, mail = mail_of()
    assert page_of(mail)
    browser = Browser()
    with time_machine.travel(NOON, tick=False) as now:
        browser.open(asked, score=3)
        assert not Response.objects.exists()
        now.shift(5)
        browser.press()

    assert Response.objects.get().answers.get(question="score").value == 3


def test_a_question_without_marks_has_a_plain_letter() -> None:
    _asked, mail = mail_of(published(survey("why"), content=only("multiple", **options("late", "cold"))))

    assert mail.alternatives == []


def test_an_sms_carries_none_of_it() -> None:
    PaperAccountFactory(channel="sms", shop=ShopFactory())
    person = CustomerFactory(language="en")
    IdentityFactory(customer=person, kind="phone", value="+359888123456")
    asked = ask(customer=person)

    assert isinstance(asked, Invitation)
    assert asked.message
    assert asked.message.html == ""
    assert "?score=" not in asked.message.text
