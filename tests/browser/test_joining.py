"""The two ways in, by keyboard alone with axe at each step, with mails that a real SMTP server took."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from kooperation.demo.accounts import DOMAIN
from tests.browser.chromium import assert_accessible
from tests.browser.conftest import OpenPage, served, sign_in
from tests.browser.site import demonstration
from tests.browser.test_journeys import tab_to
from tests.mailserver import Mailbox, smtp_server

ADDRESS = "nina@muster.example"
PASSWORD = "Vier Woerter gehen durch die Tuer"
KOMMUNE = "Auenfurt a. d. Silme"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with smtp_server() as running:
        yield running


@pytest.fixture
def url(tmp_path, mailbox: Mailbox) -> Iterator[str]:
    """The site, told where it is reached and where mails go."""
    app = demonstration(tmp_path)
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


def follow(page: Page, mail: str, path: str) -> None:
    """Open the link of a mail that begins like this."""
    link = re.search(r"http://\S+?" + re.escape(path) + r"\S+", mail)
    assert link is not None, mail
    page.goto(link.group())


def press(page: Page, name: str, heading: str, within: str = "body") -> None:
    """Go to a link or button by Tab and press Enter; the page that comes has this heading and no fault."""
    tab_to(page, name, within)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    assert_accessible(page)


def fill(page: Page, *fields: tuple[str, str]) -> None:
    """Go to each field by Tab and type."""
    for label, text in fields:
        tab_to(page, label, within="main")
        page.keyboard.type(text)


def test_a_newcomer_registers_confirms_is_let_in_and_edits_the_entry(
    open_page: OpenPage, url: str, mailbox: Mailbox
) -> None:
    newcomer = open_page(url + "/anmelden/")
    press(newcomer, "Registrieren", "Registrieren", within="main")
    fill(
        newcomer,
        ("Vor- und Nachname", "Nina Neu"),
        ("Dienstliche E-Mail-Adresse", ADDRESS),
        ("Kennwort", PASSWORD),
        ("Kennwort wiederholen", PASSWORD),
        ("Kommune", "auenf"),
    )
    expect(newcomer.get_by_role("option", name=re.compile("Auenfurt"))).to_be_visible()
    assert_accessible(newcomer)
    newcomer.keyboard.press("ArrowDown")
    newcomer.keyboard.press("Enter")
    press(newcomer, "Konto anlegen und anfragen", "Adresse bestätigen", within="main")
    expect(newcomer.get_by_role("status")).to_contain_text("eine Mail an Sie unterwegs")

    newcomer.goto(url + "/anmelden/")
    fill(newcomer, ("E-Mail-Adresse", ADDRESS), ("Kennwort", PASSWORD))
    newcomer.keyboard.press("Enter")
    expect(newcomer.get_by_text("Ihre Adresse ist noch nicht bestätigt.")).to_be_visible()
    assert_accessible(newcomer)
    press(newcomer, "Mail noch einmal senden", "Adresse bestätigen", within="main")

    arrived(mailbox, 0)
    follow(newcomer, arrived(mailbox, 1), "/registrieren/bestaetigung/")
    expect(newcomer.get_by_role("heading", level=1)).to_have_text("Adresse bestätigen")
    assert_accessible(newcomer)
    fill(newcomer, ("Kennwort", PASSWORD))
    newcomer.keyboard.press("Enter")
    expect(newcomer.get_by_role("status")).to_contain_text("Ihre Adresse ist bestätigt")
    expect(newcomer.get_by_role("row", name=re.compile("Auenfurt.*wartet"))).to_be_visible()
    assert_accessible(newcomer)

    manager = open_page(url + "/anmelden/")
    sign_in(manager, f"verwaltung@{DOMAIN}")
    asks = f"Nina Neu möchte zu {KOMMUNE}"
    for step, heading in (("Aufgaben 1", "Aufgaben"), (asks, asks), ("Aufnehmen", "Aufgaben")):
        press(manager, step, heading)
    expect(manager.get_by_role("status")).to_contain_text(f"Nina Neu gehört jetzt zu {KOMMUNE}.")

    assert f"Sie gehören jetzt zu {KOMMUNE}" in arrived(mailbox, 2)
    newcomer.reload()
    expect(newcomer.get_by_role("row", name=re.compile("Auenfurt.*bearbeitet"))).to_be_visible()
    press(newcomer, KOMMUNE, KOMMUNE, within="header")
    press(newcomer, "Ergänzen", "Eintrag bearbeiten", within="main")
    fill(newcomer, ("Text (freiwillig)", " Das Rathaus hat jetzt auch eine Neue."))
    press(newcomer, "Speichern", KOMMUNE, within="main")
    expect(newcomer.get_by_text("Das Rathaus hat jetzt auch eine Neue.")).to_be_visible()


def test_whoever_is_invited_sets_a_password_and_is_in(open_page: OpenPage, url: str, mailbox: Mailbox) -> None:
    members = url + "/kommunen/99001001-auenfurt-a-d-silme/mitglieder/"
    manager = open_page(url + "/anmelden/?weiter=/kommunen/99001001-auenfurt-a-d-silme/mitglieder/")
    sign_in(manager, f"verwaltung@{DOMAIN}")
    assert manager.url == members
    press(manager, "Einladen", "Einladen", within="main")
    fill(manager, ("E-Mail-Adresse", ADDRESS), ("Nachricht (freiwillig)", "Willkommen im Hauptamt!"))
    press(manager, "Einladung senden", "Mitglieder und Einwilligungen", within="main")
    expect(manager.get_by_role("row", name=re.compile("nina@muster.example.*wartet"))).to_be_visible()

    invited = open_page(url)
    mail = arrived(mailbox, 0)
    assert "Willkommen im Hauptamt!" in mail
    follow(invited, mail, "/einladung/")
    expect(invited.get_by_role("heading", level=1)).to_have_text(f"Sie sind zu {KOMMUNE} eingeladen")
    assert_accessible(invited)
    press(invited, "Konto anlegen und annehmen", f"Sie sind zu {KOMMUNE} eingeladen", within="main")
    expect(invited.get_by_role("heading", name="Bitte prüfen Sie Ihre Angaben")).to_be_visible()
    fill(invited, ("Vor- und Nachname", "Nina Neu"), ("Kennwort", PASSWORD), ("Kennwort wiederholen", PASSWORD))
    invited.keyboard.press("Enter")
    expect(invited.get_by_role("status")).to_contain_text(f"Willkommen: Sie gehören jetzt zu {KOMMUNE}.")
    expect(invited.get_by_role("banner").get_by_role("link", name=KOMMUNE)).to_be_visible()
    assert_accessible(invited)

    manager.reload()
    expect(manager.get_by_role("row", name=re.compile("Nina Neu.*bearbeitet"))).to_be_visible()


def test_one_takes_back_a_request_moves_to_another_address_and_leaves(
    open_page: OpenPage, url: str, mailbox: Mailbox
) -> None:
    member = open_page(url + "/anmelden/?weiter=/konto/")
    sign_in(member, f"lesen@{DOMAIN}")
    press(member, "Aufnahme bei einer Kommune anfragen", "Aufnahme anfragen", within="main")
    fill(member, ("Kommune", "Tannenbrück"))
    press(member, "Anfragen", "Mein Konto", within="main")
    press(member, "zurücknehmen", "Anfrage an Tannenbrück zurücknehmen?", within="main")
    press(member, "Zurücknehmen", "Mein Konto", within="main")
    fill(member, ("Neue E-Mail-Adresse", ADDRESS), ("Ihr Kennwort", "Watt Leuchtturm Krabbe Deich"))
    press(member, "Adresse ändern", "Mein Konto", within="main")
    follow(member, arrived(mailbox, 0), "/konto/adresse/")
    assert_accessible(member)
    press(member, "Adresse ändern", "Mein Konto", within="main")
    expect(member.get_by_role("status")).to_contain_text(f"Ihre Adresse ist jetzt {ADDRESS}.")
    press(member, "verlassen", f"{KOMMUNE} verlassen?", within="main")
    press(member, "Verlassen", "Mein Konto", within="main")
    expect(member.get_by_role("heading", name="Noch keine Kommune")).to_be_visible()
