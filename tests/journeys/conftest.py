"""Journeys are made in the browser of tests/browser, and through the mail servers of tests/crm."""

from tests.browser.conftest import browser, reader
from tests.crm.conftest import imap, post

__all__ = ["browser", "imap", "post", "reader"]
