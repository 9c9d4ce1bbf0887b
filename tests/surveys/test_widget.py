"""What may stand in a frame on the shop's site: an open link, on the sites that were named; nobody's own link."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from surveys.answers import links
from surveys.models import Response, SurveyVersion
from tests.factories.channel_accounts import ChannelAccountFactory
from tests.factories.shops import ShopFactory, UserFactory
from tests.factories.survey_answers import invitation
from tests.factories.surveys import only, published

pytestmark = pytest.mark.django_db
FRAMED = {"from": "site", "frame": "1", "language": "bg"}
SITE = "https://shop.example"


@pytest.fixture
def version() -> SurveyVersion:
    ChannelAccountFactory(channel="chat", settings={"sites": [SITE]})
    return published(content=only("nps"))


def ancestors(client: Client, token: str, **query: str) -> str:
    answer = client.get(reverse("survey", args=[token]), query)
    policy = answer.headers["Content-Security-Policy"]
    is_framed = "X-Frame-Options" not in answer.headers
    found = policy.partition("frame-ancestors ")[2].partition(";")[0]
    assert is_framed == ("none" not in found)
    return found


def test_the_sites_of_the_chat_may_show_an_open_link(client: Client, version: SurveyVersion) -> None:
    token = links.open_token(version.survey, ShopFactory())

    assert ancestors(client, token, **FRAMED) == f"'self' {SITE}"


def test_no_page_may_show_it_otherwise(client: Client, version: SurveyVersion) -> None:
    token = links.open_token(version.survey)

    assert ancestors(client, token) == "'none'"
    assert ancestors(client, token, frame="1") == "'none'"
    assert ancestors(client, links.token_of(invitation(version)), **FRAMED) == "'none'"


def test_it_speaks_the_language_of_the_page_and_goes_on_in_it(client: Client, version: SurveyVersion) -> None:
    page = client.get(reverse("survey", args=[links.open_token(version.survey)]), FRAMED).content.decode()

    assert '<html lang="bg"' in page
    assert "?from=site&amp;frame=1&amp;language=bg" in page
    assert "survey-frame.js" in page and 'name="next"' not in page


def test_only_a_colleague_can_try_it_without_being_counted(client: Client, version: SurveyVersion) -> None:
    address = reverse("survey", args=[links.open_token(version.survey)])
    tried = {**FRAMED, "preview": "1"}
    assert "is not kept" not in client.get(address, tried).content.decode()

    colleague = UserFactory(language="en")
    colleague.groups.add(Group.objects.get(name="manager"))
    client.force_login(colleague)

    assert "is not kept" in client.get(address, {**tried, "language": "en"}).content.decode()
    assert not Response.objects.exists()


def test_the_page_of_the_tag_names_the_sites_and_has_a_line_for_each_shop(
    client: Client, version: SurveyVersion
) -> None:
    varna = ShopFactory(name="Varna")
    colleague = UserFactory(language="en")
    colleague.groups.add(Group.objects.get(name="manager"))
    client.force_login(colleague)
    page = client.get(reverse("survey-builder:widget", args=[version.survey_id]))

    told = page.content.decode()
    assert SITE in told
    assert links.open_token(version.survey) in told and links.open_token(version.survey, varna) in told
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
