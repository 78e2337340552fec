"""Fixtures that drive Chromium against a running server."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import WSGIRequestHandler, make_server

from kooperation.demo import accounts
from tests.browser import chromium
from tests.browser.chromium import DESKTOP, View
from tests.browser.gallery import gallery_app
from tests.browser.site import demonstration
from tests.databases import FULL


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them need Chromium; those of a file share one, and one server, but the pages are shared by two."""
    here = Path(__file__).parent
    for number, item in enumerate(items):
        if here in item.path.parents:
            half = number % 2 if item.path.stem == "test_site" else ""
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}{half}"))


class Quiet(WSGIRequestHandler):
    """Keeps a line for each request out of the report of a failed test."""

    def log_request(self, *_args: object, **_kwargs: object) -> None:
        """Say nothing."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app on a free port of the loopback address."""
    server = make_server("127.0.0.1", 0, app.wsgi_app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; the test is skipped where there is none, and fails in the full run."""
    if chromium.PROGRAM is None:
        if FULL:
            pytest.fail("Chromium is missing")
        pytest.skip("Chromium is not installed")
    with chromium.chromium() as running:
        yield running


@pytest.fixture(scope="session")
def live_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real site with the demonstration region in it."""
    with served(demonstration(tmp_path_factory.mktemp("site"))) as url:
        yield url


@pytest.fixture(scope="session")
def gallery_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page kit's gallery."""
    with served(gallery_app(tmp_path_factory.mktemp("gallery"))) as url:
        yield url


OpenPage = Callable[..., Page]
SignedInAs = Callable[[str], Any]
"""What a window holds in which an invented person is signed in, by the part of the address before the @; None for
nobody."""


def sign_in(page: Page, address: str, password: str = accounts.PASSWORD) -> None:
    """Sign in on the page of the sign-in, by keyboard."""
    page.locator("main").get_by_label("E-Mail-Adresse").focus()
    page.keyboard.type(address)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Abmelden", exact=True)).to_be_visible()


def stored_sign_ins(browser: Browser, url: str) -> SignedInAs:
    """People sign in when they are first asked for, once each."""

    @cache
    def signed_in_as(viewer: str) -> Any:
        if not viewer:
            return None
        with DESKTOP.context(browser) as context:
            page = context.new_page()
            page.goto(url + "/anmelden/")
            sign_in(page, f"{viewer}@{accounts.DOMAIN}")
            return context.storage_state()

    return signed_in_as


@pytest.fixture(scope="session")
def signed_in_as(browser: Browser, live_url: str) -> SignedInAs:
    """Who is signed in at the real site."""
    return stored_sign_ins(browser, live_url)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open an address in a fresh window; a script error or a refusal by the content policy fails the test."""
    contexts = []
    wrong: list[str] = []

    def opened(url: str, view: View = DESKTOP, *, javascript: bool = True, storage_state: Any = None) -> Page:
        context = view.context(
            browser, java_script_enabled=javascript, reduced_motion="reduce", storage_state=storage_state
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if "Content Security" in message.text else None)
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong
