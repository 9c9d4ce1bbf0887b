"""The reference shows each request as code, in the language that was chosen last."""

from playwright.sync_api import Locator, Page, expect

from crm.api.code_examples import curl, php
from crm.api.code_examples.of_schema import Examples
from crm.api.schema import whole_schema


def opened(page: Page, tag: str, operation: str) -> Locator:
    """The operation's code, once it is unfolded."""
    page.locator(".filter input").fill(tag)
    its = page.locator(f"#operations-{tag}-{operation}")
    its.locator(".opblock-summary-control").click()
    return its.locator(".as-code code")


def test_the_language_that_was_chosen_stands_everywhere_and_is_remembered(reader):
    examples = Examples(whole_schema())
    developer = reader()
    page = developer.page
    developer.open("/api/v1/docs/")
    code = opened(page, "products", "post_products")
    expect(code).to_have_text(curl.source(examples.request("/api/v1/products/", "post")))

    page.get_by_role("button", name="PHP").click()

    expect(code).to_have_text(php.source(examples.request("/api/v1/products/", "post")))
    expect(opened(page, "products", "get_products")).to_contain_text("<?php")
    developer.open("/api/v1/docs/")
    expect(opened(page, "products", "post_products")).to_contain_text("<?php")


def test_code_is_copied_to_the_letter(reader):
    developer = reader(permissions=["clipboard-read", "clipboard-write"])
    page = developer.page
    developer.open("/api/v1/docs/")
    opened(page, "products", "post_products").wait_for()

    page.get_by_role("button", name="Copy", exact=True).click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    asked = Examples(whole_schema()).request("/api/v1/products/", "post")
    assert page.evaluate("navigator.clipboard.readText()") == curl.source(asked)


def test_the_reference_tells_what_changed_and_fits_a_phone(reader):
    developer = reader(theme="dark", width=360)
    page = developer.page
    developer.open("/api/v1/docs/")
    expect(opened(page, "products", "post_products")).to_be_visible()

    page.locator(".about summary").click()

    expect(page.locator(".about li").first).to_be_visible()
    assert page.locator("[data-origin]").inner_text() == developer.address
    faults = [fault for fault in developer.serious_faults() if ".about" in fault or ".as-code" in fault]
    assert faults == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
