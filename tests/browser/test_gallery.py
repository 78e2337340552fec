"""The page kit in Chromium: accessible in four views, whole on narrow windows, and what its scripts do."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import VIEWS, View, assert_accessible, sideways
from tests.browser.conftest import OpenPage
from tests.browser.pages import GALLERY, SitePage
from tests.databases import FULL

LIST = "/kommunen/liste/"


@pytest.mark.parametrize("view", VIEWS if FULL else VIEWS[:1], ids=str)
@pytest.mark.parametrize("site_page", GALLERY, ids=str)
def test_axe_finds_nothing_and_nothing_sticks_out(
    open_page: OpenPage, gallery_url: str, site_page: SitePage, view: View
) -> None:
    page = open_page(gallery_url + site_page.path, view)

    assert_accessible(page)
    assert sideways(page) <= 0


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_axe_finds_nothing_in_a_form_full_of_errors(open_page: OpenPage, gallery_url: str, view: View) -> None:
    page = open_page(gallery_url + "/formular/", view)
    page.get_by_label("Partnerkommune").fill("Muster")
    page.get_by_role("button", name="Speichern").click()

    expect(page.get_by_role("group", name="Bitte prüfen Sie Ihre Angaben")).to_be_focused()
    assert_accessible(page)


def test_the_error_summary_leads_to_the_field(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + "/formular/")
    page.get_by_role("button", name="Speichern").click()
    page.get_by_role("link", name=re.compile("^Beginn:")).click()

    field = page.get_by_label("Beginn", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("31.12.2026.*Bitte geben Sie an"))


def test_the_slash_leads_into_the_search_and_can_be_switched_off(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + LIST)
    search = page.get_by_label("Kommune suchen")
    page.keyboard.press("/")
    expect(search).to_be_focused()
    expect(search).to_have_value("")

    page.get_by_label("Taste / springt in die Suche").uncheck()
    page.reload()
    expect(page.get_by_label("Taste / springt in die Suche")).not_to_be_checked()
    page.keyboard.press("/")
    expect(search).not_to_be_focused()


def test_the_slash_stays_a_character_where_somebody_types(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + LIST)
    field = page.get_by_label("Name oder Schlüssel")
    field.focus()
    page.keyboard.type("a/b")
    expect(field).to_have_value("a/b")


def test_the_colours_can_be_chosen_and_stay(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + "/")
    page.get_by_label("dunkel").check()
    page.goto(gallery_url + LIST)

    expect(page.locator("html")).to_have_attribute("data-kern-theme", "dark")
    expect(page.get_by_label("dunkel")).to_be_checked()
    page.get_by_label("automatisch").check()
    expect(page.locator("html")).not_to_have_attribute("data-kern-theme", re.compile(".*"))


def suggested(page: Page) -> Locator:
    """The suggestions that are shown."""
    return page.get_by_role("listbox", name="Vorschläge").get_by_role("option")


def typed(page: Page, label: str, text: str) -> None:
    """Type into a field and wait for its suggestions."""
    page.get_by_label(label).focus()
    page.keyboard.type(text)
    expect(suggested(page).first).to_be_visible()


def test_the_search_goes_to_the_chosen_suggestion_by_keyboard(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + LIST)
    page.keyboard.press("/")
    page.keyboard.type("muster")
    field = page.get_by_role("combobox", name="Kommune suchen")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("header [role=status]")).to_have_text(re.compile("^2 Vorschläge"))

    page.keyboard.press("ArrowDown")
    first = suggested(page).first
    expect(first).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == first.get_attribute("id")
    assert_accessible(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/kommunen/detail/")


def test_enter_without_a_chosen_suggestion_searches(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + LIST)
    typed(page, "Kommune suchen", "muster")
    page.keyboard.press("Enter")
    page.wait_for_url("**/suche/?q=muster")


def test_escape_and_tab_close_the_suggestions_and_keep_the_text(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + LIST)
    typed(page, "Kommune suchen", "muster")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.get_by_label("Kommune suchen")).to_have_value("muster")

    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_a_type_ahead_in_a_form_stores_what_was_chosen(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + "/formular/")
    typed(page, "Partnerkommune", "muster")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    field = page.get_by_label("Partnerkommune")
    expect(field).to_have_value("Verbandsgemeinde Unteres Mustertal (991025001)")
    expect(page.locator("[name=partner-wert]")).to_have_value("991025001")

    page.keyboard.press("Backspace")
    expect(page.locator("[name=partner-wert]")).to_have_value("")


def test_a_suggestion_can_be_clicked(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + "/formular/")
    typed(page, "Partnerkommune", "prüf")
    # The answer to the first two letters may come before.
    expect(suggested(page)).to_have_count(1)
    suggested(page).first.click()
    expect(page.get_by_label("Partnerkommune")).to_have_value("Prüfhausen (99102002)")


def test_a_filter_changes_list_count_address_and_history(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + LIST)
    field = page.get_by_label("Name oder Schlüssel")
    field.focus()
    page.keyboard.type("prüf")

    expect(page.locator("#liste [role=status]")).to_have_text(re.compile("1 Kommunen"))
    expect(field).to_be_focused()
    # What filters nothing is not in the address.
    page.wait_for_url(lambda url: "q=pr" in url and "ebene" not in url)
    page.go_back()
    expect(page.locator("#liste [role=status]")).to_have_text(re.compile("10.853"))


def test_a_filter_may_decide_what_the_next_one_offers_and_keeps_the_focus(
    open_page: OpenPage, gallery_url: str
) -> None:
    page = open_page(gallery_url + LIST)
    expect(page.get_by_label("Landkreis")).to_have_count(0)
    page.get_by_label("Ebene").select_option("gemeinde")

    expect(page.get_by_label("Landkreis")).to_be_visible()
    expect(page.get_by_label("Ebene")).to_have_value("gemeinde")
    page.get_by_label("Landkreis").focus()
    page.get_by_label("Landkreis").select_option("99101")
    page.wait_for_url("**kreis=99101**")
    expect(page.get_by_label("Landkreis")).to_be_focused()


def test_a_filter_that_fails_shows_the_page_that_says_why(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + LIST)
    page.get_by_label("Name oder Schlüssel").fill("kaputt")
    expect(page.get_by_role("heading", level=1)).to_have_text("Da ist etwas schiefgegangen")


def test_a_filter_works_without_javascript(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + LIST, javascript=False)
    page.get_by_label("Name oder Schlüssel").fill("prüf")
    page.get_by_role("button", name="Filtern").click()
    expect(page.locator("#liste tbody tr")).to_have_count(1)
    expect(page.get_by_label("dunkel")).to_be_hidden()


def test_a_dialog_asks_before_something_is_destroyed(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + "/kommunen/detail/")
    page.get_by_role("link", name="Löschen").click()
    dialog = page.get_by_role("dialog", name="Kommune löschen?")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Abbrechen")).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("link", name="Löschen")).to_be_focused()


def test_without_javascript_a_page_asks_instead(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + "/kommunen/detail/", javascript=False)
    page.get_by_role("link", name="Löschen").click()
    page.wait_for_url("**/loeschen/")
    expect(page.get_by_role("button", name="Endgültig löschen")).to_be_visible()


def test_progress_renews_itself_and_stops(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + "/meldungen/?schritt=900")
    expect(page.get_by_role("progressbar", name="Register wird eingelesen")).to_have_attribute("value", "1200")
    expect(page.get_by_role("link", name="Stand jetzt abfragen")).to_have_count(0)


def test_paper_carries_the_content_and_nothing_to_press(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + "/kommunen/detail/", View("dark", 680))
    page.emulate_media(media="print", color_scheme="light")
    expect(page.get_by_role("navigation", name="Hauptnavigation")).to_be_hidden()
    expect(page.get_by_label("Kommune suchen")).to_be_hidden()
    expect(page.get_by_role("link", name="Vergleichen")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".k-fact").first).to_be_visible()
    expect(page.get_by_text("© Statistisches Bundesamt")).to_be_visible()
    assert sideways(page) <= 0


def test_signs_are_seen_in_a_forced_palette(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + LIST)
    page.emulate_media(forced_colors="active", color_scheme="light")
    colours = page.evaluate(
        """() => [...document.querySelectorAll('.kern-icon')].map(e => getComputedStyle(e).backgroundColor)"""
    )
    assert set(colours) == {"rgb(0, 0, 0)"}


def test_text_at_twice_its_size_loses_nothing(open_page: OpenPage, gallery_url: str) -> None:
    page = open_page(gallery_url + LIST)
    page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    assert sideways(page) <= 0
    cut = page.evaluate(
        """() => [...document.querySelectorAll('a, button, label, h1, h2, p, li')]
        .filter(e => e.offsetParent && !e.closest('.kern-sr-only, .k-table'))
        .filter(e => getComputedStyle(e).overflow === 'hidden')
        .filter(e => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)
        .map(e => e.outerHTML.slice(0, 120))"""
    )
    assert cut == []


@pytest.mark.parametrize("path", ["/", LIST, "/formular/", "/kommunen/detail/"])
def test_everything_to_press_is_large_enough(open_page: OpenPage, gallery_url: str, path: str) -> None:
    """WCAG 2.2, 2.5.8: 24 pixels, but for links within a sentence."""
    page = open_page(gallery_url + path, View("light", 390))
    small = page.evaluate(
        """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea')]
        .filter(e => e.offsetParent && !e.matches('.k-skip') && !e.closest('p, td, th, dd, figcaption, .kern-sr-only'))
        .map(e => [e.getBoundingClientRect(), e.outerHTML.slice(0, 120)])
        .filter(([box]) => box.width < 24 || box.height < 24)
        .map(([box, html]) => `${Math.round(box.width)}×${Math.round(box.height)} ${html}`)"""
    )
    assert small == []


@pytest.mark.parametrize("path", ["/", LIST, "/formular/", "/kommunen/detail/"])
def test_the_focus_is_visible_wherever_it_goes(open_page: OpenPage, gallery_url: str, path: str) -> None:
    page = open_page(gallery_url + path)
    unseen = []
    for _step in range(60):
        page.keyboard.press("Tab")
        state = page.evaluate(
            """() => { const e = document.activeElement; if (!e || e === document.body) return null;
            const s = getComputedStyle(e);
            return [s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 || s.boxShadow !== 'none',
                    e.outerHTML.slice(0, 120)] }"""
        )
        if state is None:
            break
        visible, html = state
        if not visible:
            unseen.append(html)
    assert unseen == []
