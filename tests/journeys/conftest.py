"""Journeys are made in the browser of tests/browser."""

from tests.browser.conftest import browser, pytest_terminal_summary, reader

__all__ = ["browser", "pytest_terminal_summary", "reader"]
