"""Journeys are made in the browser of tests/browser."""

from tests.browser.conftest import browser, reader

__all__ = ["browser", "reader"]
