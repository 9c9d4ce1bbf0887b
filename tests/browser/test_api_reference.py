"""The reference of the API in a browser: complete, from our own server alone, and silent under the strict CSP."""

from playwright.sync_api import Page

from crm.api.schema import whole_schema
from crm.integrations.api_keys import issue_key
from tests.factories.shops import ShopFactory


def seen_while_scrolling(page: Page, selector: str) -> set[str]:
    """Ids of what the page shows from top to bottom: a long reference draws only what is near the window."""
    seen: set[str] = set()
    while True:
        seen |= set(page.locator(selector).evaluate_all("found => found.map(one => one.id)"))
        before = page.evaluate("window.scrollY")
        page.evaluate("window.scrollBy(0, innerHeight / 2)")
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        if page.evaluate("window.scrollY") == before:
            return seen


def test_the_reference_shows_every_operation_and_tries_one_out(reader):
    _, key = issue_key(shop=ShopFactory(), scopes=["*"])
    developer = reader()
    asked = []
    developer.page.on("request", lambda request: asked.append(request.url))
    developer.open("/api/v1/docs/")
    developer.page.locator(".opblock").first.wait_for()

    schema = whole_schema()
    operations = sum(len(methods) for part in ("paths", "webhooks") for methods in schema[part].values())
    assert len(seen_while_scrolling(developer.page, ".opblock")) == operations
    assert all(url.startswith((developer.address, "data:")) for url in asked)

    developer.page.locator(".filter input").fill("products")
    developer.page.locator("#operations-tag-orders").wait_for(state="detached")
    developer.page.locator(".auth-wrapper .authorize").first.click()
    developer.page.locator(".modal-ux input").fill(key)
    developer.page.locator(".modal-ux .authorize").click()
    developer.page.locator(".modal-ux .btn-done").click()
    listing = developer.page.locator("#operations-products-get_products")
    listing.locator(".opblock-summary-control").click()
    listing.locator(".try-out__btn").click()
    listing.locator(".execute").click()
    assert (
        listing.locator(".live-responses-table td.response-col_status:not(.col_header)").inner_text() == "200"
    )
