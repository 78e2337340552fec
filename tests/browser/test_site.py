"""Every page of the site: accessible in every view, whole on a narrow window, cheap on the first visit."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import DESKTOP, VIEWS, assert_accessible, sideways
from tests.browser.conftest import OpenPage, SignedInAs
from tests.browser.pages import LOOKED_AT, SIGNED_IN_LOOKED_AT, SitePage

MOST_BYTES = 200_000
MOST_REQUESTS = 8


@pytest.mark.parametrize("site_page", [*LOOKED_AT, *SIGNED_IN_LOOKED_AT], ids=str)
def test_axe_finds_nothing_and_nothing_sticks_out_in_any_view(
    open_page: OpenPage, live_url: str, site_page: SitePage, signed_in_as: SignedInAs
) -> None:
    page = open_page(live_url + site_page.path, storage_state=signed_in_as(site_page.viewer))

    if site_page.viewer:
        assert page.url == live_url + site_page.path
    assert page.locator("h1").count() == 1
    for view in VIEWS:
        view.apply(page)
        assert_accessible(page)
        assert sideways(page) <= 0, view


@pytest.mark.parametrize("site_page", LOOKED_AT, ids=str)
def test_a_first_visit_is_small_and_asks_nobody_else(browser: Browser, live_url: str, site_page: SitePage) -> None:
    with DESKTOP.context(browser) as context:
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        sizes: list[float] = []
        network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        requests: list[str] = []
        redirects: list[str] = []
        page.on("request", lambda request: (redirects if request.redirected_from else requests).append(request.url))
        page.goto(live_url + site_page.path, wait_until="networkidle")

    hosts = {urlsplit(url).netloc for url in requests if not url.startswith("data:")}
    assert hosts == {urlsplit(live_url).netloc}
    asked = [url for url in requests if not url.startswith("data:")]
    assert len(asked) <= MOST_REQUESTS, asked
    assert sum(sizes) <= MOST_BYTES


@pytest.mark.parametrize("site_page", LOOKED_AT, ids=str)
def test_a_page_says_all_without_javascript(open_page: OpenPage, live_url: str, site_page: SitePage) -> None:
    """What a script adds is comfort: headings, links of the content and tables are there without it."""
    with_script = open_page(live_url + site_page.path)
    without = open_page(live_url + site_page.path, javascript=False)

    for part in ("main h1", "main h2", "main a", "main table", "main form"):
        assert without.locator(part).count() == with_script.locator(part).count(), part
