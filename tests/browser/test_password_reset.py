"""A forgotten password is set anew by keyboard alone, with a mail that a real SMTP server took."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from kooperation.accounts.services.users import create_user
from kooperation.audit.services import SHELL
from kooperation.base.db import db
from tests.browser.chromium import assert_accessible
from tests.browser.conftest import OpenPage, served
from tests.browser.site import demonstration
from tests.browser.test_journeys import tab_to
from tests.mailserver import Mailbox, smtp_server

ADDRESS = "erika@muster.example"
NEW = "Ganz anders laufen sieben Igel"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with smtp_server() as running:
        yield running


@pytest.fixture
def url(tmp_path, mailbox: Mailbox) -> Iterator[str]:
    """The site with one user more, told where it is reached and where mails go."""
    app = demonstration(tmp_path)
    with app.app_context():
        create_user(ADDRESS, "Erika Muster", actor=SHELL)
        db.session.commit()
    with served(app) as address:
        app.extensions["kooperation"] = replace(
            app.extensions["kooperation"], public_url=address, mail_server=mailbox.server
        )
        yield address


def arrived(mailbox: Mailbox, number: int) -> str:
    """The text of the mail of this number, as soon as it is there."""
    end = time.monotonic() + 10
    while len(mailbox.mails) <= number:
        assert time.monotonic() < end, "no mail arrives"
        time.sleep(0.05)
    assert mailbox.mails[number]["To"] == ADDRESS
    return str(mailbox.mails[number].get_content())


def test_a_forgotten_password_is_set_anew(open_page: OpenPage, url: str, mailbox: Mailbox) -> None:
    page = open_page(url + "/anmelden/")
    tab_to(page, "Kennwort vergessen?", within="main")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kennwort vergessen")
    assert_accessible(page)

    tab_to(page, "Link anfordern", within="main")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Bitte prüfen Sie Ihre Angaben")).to_be_visible()
    assert_accessible(page)
    tab_to(page, "E-Mail-Adresse", within="main")
    page.keyboard.type(ADDRESS)
    page.keyboard.press("Enter")
    expect(page.get_by_text("ist jetzt eine Mail unterwegs")).to_be_visible()
    assert_accessible(page)

    link = re.search(re.escape(url) + r"/kennwort/neu/\S+", arrived(mailbox, 0))
    assert link is not None
    token = link.group().rpartition("/")[2]
    referers: list[str] = []
    page.on("request", lambda request: referers.append(request.all_headers().get("referer", "")))
    page.goto(link.group())
    expect(page.get_by_role("heading", level=1)).to_have_text("Neues Kennwort")
    assert any(referers)
    assert not any(token in referer for referer in referers)
    assert_accessible(page)
    for label in ("Neues Kennwort", "Neues Kennwort wiederholen"):
        tab_to(page, label, within="main")
        page.keyboard.type(NEW)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ihr Kennwort ist geändert.")).to_be_visible()
    assert_accessible(page)
    assert "wurde gerade geändert" in arrived(mailbox, 1)

    for label, text in (("E-Mail-Adresse", ADDRESS), ("Kennwort", NEW)):
        tab_to(page, label, within="main")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Abmelden", exact=True)).to_be_visible()

    page.goto(link.group())
    expect(page.get_by_role("heading", level=1)).to_have_text("Dieser Link gilt nicht mehr")
    assert_accessible(page)
