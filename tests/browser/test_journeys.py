"""What people come for, done by keyboard alone from the first page to the last, with axe on every page passed."""

import re

from playwright.sync_api import Page, expect

from tests.browser.chromium import DESKTOP, View, assert_accessible
from tests.browser.conftest import OpenPage

STEPS = 80
"""How often Tab may be pressed on the way to one thing."""


def tab_to(page: Page, name: str, within: str = "body") -> None:
    """Press Tab until the link or field of this name, in this part of the page, has the focus."""
    for _step in range(STEPS):
        page.keyboard.press("Tab")
        label = page.evaluate(
            """part => { const focus = document.activeElement;
            return focus.closest(part) && (focus.labels?.[0] ?? focus).textContent.trim().replace(/\\s+/g, ' ') }""",
            within,
        )
        if label == name:
            return
    raise AssertionError(f"{name} is not reached with {STEPS} × Tab on {page.url}")


def test_a_kommune_is_found_with_a_slash_a_few_letters_and_an_arrow(open_page: OpenPage, live_url: str) -> None:
    page = open_page(live_url + "/kommunen/")
    page.keyboard.press("/")
    page.keyboard.type("auenf")
    expect(page.get_by_role("option", name=re.compile("Auenfurt"))).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/kommunen/99001001-**")
    expect(page.get_by_role("heading", level=1)).to_have_text("Auenfurt a. d. Silme")
    assert_accessible(page)


def test_a_search_without_suggestions_leads_to_its_results(open_page: OpenPage, live_url: str) -> None:
    page = open_page(live_url + "/")
    page.keyboard.press("/")
    page.keyboard.type("silm")
    page.keyboard.press("Enter")
    page.wait_for_url("**/suche/?q=silm")
    assert_accessible(page)
    tab_to(page, "Silmhausen")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Silmhausen")


def test_one_browses_from_the_land_to_a_gemeinde(open_page: OpenPage, live_url: str) -> None:
    page = open_page(live_url + "/")
    for name in ("Kommunen", "Musterland", "Landkreis Silmetal", "Tannenbrück"):
        tab_to(page, name)
        page.keyboard.press("Enter")
        heading = "Kommunen" if name == "Kommunen" else name
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        assert_accessible(page)


def test_the_first_tab_leads_past_head_and_navigation(open_page: OpenPage, live_url: str) -> None:
    page = open_page(live_url + "/kommunen/liste/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Zum Inhalt springen")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_list_is_filtered_sorted_and_led_back(open_page: OpenPage, live_url: str) -> None:
    page = open_page(live_url + "/kommunen/liste/")
    tab_to(page, "Name", within="form")
    page.keyboard.type("neuh")
    expect(page.locator("#liste tbody tr")).to_have_count(3)
    page.wait_for_url("**name=neuh**")
    assert_accessible(page)

    tab_to(page, "Bevölkerung", within="table")
    page.keyboard.press("Enter")
    page.wait_for_url("**sortierung=-einwohner**")
    assert "name=neuh" in page.url
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    page.go_back()
    expect(page.locator("#liste tbody tr")).to_have_count(3)


def test_the_same_by_finger_on_a_small_telephone(open_page: OpenPage, live_url: str) -> None:
    page = open_page(live_url + "/", View("light", 320))
    page.get_by_label("Kommune suchen").fill("tannen")
    page.get_by_role("button", name="Suchen").click()
    page.get_by_role("link", name="Tannenbrück").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tannenbrück")


def test_two_units_are_compared_without_javascript(open_page: OpenPage, live_url: str) -> None:
    page = open_page(live_url + "/kommunen/99001001/", DESKTOP, javascript=False)
    page.get_by_role("link", name="Im Vergleich ansehen").click()
    page.get_by_role("combobox").or_(page.get_by_label("Weitere Einheit")).first.fill("Tannenbrück")
    page.get_by_role("button", name="Zum Vergleich hinzufügen").click()
    expect(page.get_by_role("columnheader", name="Tannenbrück")).to_be_visible()
