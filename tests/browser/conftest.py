"""A real browser on a real server. Where no Chromium is installed these tests are skipped, and say so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.conftest import NO_BROWSER

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SERIOUS = {"serious", "critical"}


def chromium() -> str | None:
    """Its path: CHROMIUM says which (empty: none), else the first that is installed."""
    if "CHROMIUM" in os.environ:
        return os.environ["CHROMIUM"] or None
    return next(filter(None, map(shutil.which, CANDIDATES)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


RUNNING = pytest.StashKey[Browser]()


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """One for all the folders that import this fixture: two Playwrights cannot live in one thread."""
    if RUNNING in request.config.stash:
        yield request.config.stash[RUNNING]
        return
    path = chromium()
    if path is None:
        pytest.skip(NO_BROWSER)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, and nothing of ours runs on it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        request.config.stash[RUNNING] = browser
        yield browser
        browser.close()


@dataclass
class Reader:
    """Somebody in front of a screen. `complaints` holds what the browser's console said, refusals by the CSP too."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.page.wait_for_load_state("networkidle")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def tab_to(self, selector: str, *, at_most: int = 80) -> None:
        """Go on by Tab alone until this is in focus."""
        for _step in range(at_most):
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
            self.press("Tab")
        raise AssertionError(f"{selector} cannot be reached by Tab")

    def settle(self) -> None:
        """Until htmx has put in its place what it fetched, and listens to it."""
        busy = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
        self.page.wait_for_load_state("networkidle")
        expect(self.page.locator(busy)).to_have_count(0)

    def serious_faults(self) -> list[str]:
        """What axe finds, as “rule: where”."""
        found = (
            Axe()
            .run(self.page, options={"resultTypes": ["violations"], "preload": False})
            .response["violations"]
        )
        return [
            f"{fault['id']}: {node['target']} {node['failureSummary']}"
            for fault in found
            if fault["impact"] in SERIOUS
            for node in fault["nodes"]
        ]


@pytest.fixture
def reader(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Reader]]:
    """Make a reader: `reader(locale="ru", theme="dark", width=1920)`. At the end no console may have complained."""
    contexts: list[BrowserContext] = []
    readers: list[Reader] = []

    def make(*, locale: str = "en", theme: Any = "light", width: int = 1280, **more: Any) -> Reader:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale=locale, color_scheme=theme, **more
        )
        contexts.append(context)
        one = Reader(context.new_page(), live_server.url)
        one.page.on("console", lambda message: note(one, message))
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        readers.append(one)
        return one

    def note(one: Reader, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            one.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    yield make
    complaints = [complaint for one in readers for complaint in one.complaints]
    for context in contexts:
        context.close()
    assert complaints == []
