"""Pages: each does for everybody what the table says, and a page that is only looked at changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from tests.config.test_authorisation import world as the_world
from tests.config.test_authorisation.knocking import (
    Outcome,
    address,
    has_parameters,
    is_api,
    outcome_of,
    routes,
    writes,
    written_between,
)
from tests.config.test_authorisation.table_of_pages import PAGES, Page
from tests.config.test_authorisation.world import FOREIGN_WORDS, KNOCKING, OUTSIDE, World

pytestmark = pytest.mark.django_db
SHUT = {Outcome.OUT, Outcome.ABSENT, Outcome.DOOR, Outcome.NO_METHOD}


@pytest.fixture
def world(settings) -> World:
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    settings.ROOT_URLCONF = "tests.config.test_authorisation.plain_urls"
    cache.clear()
    return the_world.build()


def test_every_page_has_its_line_in_the_table():
    known = {route for route in routes() if not is_api(route)}

    missing = sorted(known - set(PAGES))
    assert not missing, "table_of_pages.py has no line for: " + "".join(
        f'\n    "{route}": Page(look=…, act=…{", about=…" if has_parameters(route) else ""}),'
        for route in missing
    )
    assert not (gone := sorted(set(PAGES) - known)), f"table_of_pages.py tells of pages that are gone: {gone}"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_everybody_gets_where_the_table_says_and_no_further(world, method):
    """And whoever is let in to look changes nothing by it; nor does a cashier read of another shop's orders there."""
    faults: list[str] = []
    for route, page in PAGES.items():
        for whose in asked_for(page):
            path = address(route, world.values(page.about, whose))
            for who in OUTSIDE if page.leads_on else KNOCKING:
                line = f"{method} {route} ({whose}) by {who}"
                faults += [f"{line}: {fault}" for fault in faults_of(world, page, who, method, path, whose)]
    assert not faults, "\n".join(faults)


def asked_for(page: Page) -> list[str]:
    if page.leads_on or not set(page.about.split()) - {"word", "missing"}:
        return ["own"]
    return ["own", "none"] if page.foreign is None else ["own", "foreign", "none"]


def faults_of(world: World, page: Page, who: str, method: str, path: str, whose: str) -> Iterator[str]:
    wanted = expected(page, who, method, whose)
    if whose == "none" and wanted is SHUT and who != "cashier":
        return  # shut for what is there: shut for what is not
    before = writes() if method == "GET" else {}
    answer = ask(world, who, method, path)
    found = outcome_of(answer, path)
    if found not in wanted:
        yield f"{found} [{answer.status_code}], not: {' / '.join(sorted(wanted))}"
    if method == "GET" and (changed := written_between(before, writes())):
        yield f"writes to {changed}"
    if who == "cashier" and answer.status_code < 400:
        yield from (f"shows {word}" for word in FOREIGN_WORDS if word in answer.words)


def expected(page: Page, who: str, method: str, whose: str) -> set[Outcome]:
    may = page.look if method == "GET" else page.act
    if who not in may:
        return SHUT
    if whose == "none" or (whose == "foreign" and page.foreign is not None and who not in page.foreign):
        return {Outcome.ABSENT}
    return {Outcome.IN}


def ask(world: World, who: str, method: str, path: str) -> Any:
    """What it did is taken back, so that the next one finds everything as it was."""
    client = world.people[who]
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = client.generic(method, path)
        answer.words = b"".join(answer).decode(errors="replace")
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def test_what_is_planted_for_the_cashier_is_there_for_an_agent(world):
    """Or the test of the cashier would look for words that stand nowhere."""
    path = address("admin/crm/customer/<int:pk>/", world.values("customer", "own"))

    assert "FOREIGN-ORDER-7" in ask(world, "agent", "GET", path).words
