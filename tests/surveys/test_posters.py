"""Codes to hang up: each leads to the survey, and knows in which shop it hangs."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from surveys.answers import links
from tests.factories.shops import ShopFactory, UserFactory
from tests.factories.surveys import draft, published, survey

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    client.force_login(UserFactory(is_superuser=True))
    return client


def test_each_shop_has_a_sheet_whose_link_leads_to_the_survey(manager):
    shop = ShopFactory()
    its = published().survey
    page = manager.get(reverse("survey-builder:posters", args=[its.pk])).content.decode()

    tokens = re.findall(r'href="[^"]*/s/([^/]+)/\?from=site"', page)
    assert [links.read(token).shop_id for token in tokens] == [None, shop.pk]
    assert all(manager.get(f"/s/{token}/").status_code == 200 for token in tokens)
    assert page.count("<path d=") >= 2


def test_before_it_is_published_the_page_says_that_nobody_can_answer(manager):
    its = draft(survey("unread")).survey
    page = manager.get(reverse("survey-builder:posters", args=[its.pk])).content.decode()

    assert "Nobody can answer yet" in page
    assert manager.get(f"/s/{links.open_token(its)}/").status_code == 404


def test_more_shops_ask_no_more_of_the_database(manager, django_assert_num_queries):
    its = published().survey
    ShopFactory()
    address = reverse("survey-builder:posters", args=[its.pk])
    manager.get(address)
    with django_assert_num_queries(5):
        manager.get(address)
    ShopFactory.create_batch(4)
    with django_assert_num_queries(5):
        manager.get(address)
