"""Fixtures that drive Chromium against a running server."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

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
    """All of them need Chromium; those of a file share one, and one server."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


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


def sign_in(page: Page, address: str, password: str = accounts.PASSWORD) -> None:
    """Sign in on the page of the sign-in, by keyboard."""
    page.locator("main").get_by_label("E-Mail-Adresse").focus()
    page.keyboard.type(address)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Abmelden", exact=True)).to_be_visible()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open an address in a fresh window; a script error or a refusal by the content policy fails the test."""
    contexts = []
    wrong: list[str] = []

    def opened(url: str, view: View = DESKTOP, *, javascript: bool = True) -> Page:
        context = view.context(browser, java_script_enabled=javascript, reduced_motion="reduce")
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
