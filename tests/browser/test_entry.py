"""A Landkreis starts alone for a Gemeinde, which then speaks for itself: by keyboard, with axe on every page."""

import re
from pathlib import Path

from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from kooperation.accounts.models import User
from kooperation.accounts.rules import Role
from kooperation.accounts.services import users
from kooperation.accounts.services.signing_in import hash_password
from kooperation.audit.services import SHELL
from kooperation.base.db import db
from kooperation.cockpit.rules import ALL, Subscription, sign
from kooperation.demo.accounts import DOMAIN, PASSWORD
from kooperation.parties.queries import municipality_by_key
from tests.browser.chromium import assert_accessible
from tests.browser.conftest import OpenPage, served, sign_in
from tests.browser.site import demonstration
from tests.browser.test_journeys import tab_to

PLACE = "Schloßwinden"
KEY = "99001003"


def press(page: Page, *names: str, within: str = "body") -> None:
    """Tab to each link or button and press it; axe looks at where it leads."""
    for name in names:
        tab_to(page, name, within=within)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert_accessible(page)


def write(page: Page, **fields: str) -> None:
    """Type into the fields of the form, by their labels."""
    for label, text in fields.items():
        tab_to(page, f"{label} (freiwillig)", within="main form")
        page.keyboard.press("Control+A")
        page.keyboard.type(text)


def first_manager(app: Flask) -> None:
    """Somebody is let in as the manager of the Gemeinde."""
    with app.app_context():
        user = users.create_user(f"winden@{DOMAIN}", "Wanda Winden", password_hash=hash_password(PASSWORD), actor=SHELL)
        municipality = municipality_by_key(KEY)
        assert municipality is not None
        users.grant(user, municipality, Role.MANAGER, actor=SHELL)
        db.session.commit()
        assert db.session.scalar(select(User.id).where(User.name == "Wanda Winden"))


def test_a_landkreis_enters_the_gemeinde_confirms_and_decides_who_goes_on(open_page: OpenPage, tmp_path: Path) -> None:
    app = demonstration(tmp_path)
    with served(app) as url:
        kreis = open_page(f"{url}/anmelden/?weiter=/")
        sign_in(kreis, f"landkreis@{DOMAIN}")
        expect(kreis.get_by_role("heading", level=1)).to_have_text("Landkreis Silmetal")
        assert_accessible(kreis)
        press(kreis, "20 ohne Eintrag", PLACE, "Jetzt eintragen", within="main")
        expect(kreis.get_by_text("Sie tragen als Landkreis Silmetal ein")).to_be_visible()
        write(kreis, Website="schlosswinden.example", Telefon="86-0")
        press(kreis, "Speichern")
        expect(kreis.locator("#phone-fehler")).to_contain_text("Vorwahl")
        write(kreis, Telefon="040 66969-400")
        press(kreis, "Speichern")
        expect(kreis.get_by_text("eingetragen von Landkreis Silmetal")).to_be_visible()
        press(kreis, "Eintrag bearbeiten", within="main")

        first_manager(app)
        manager = open_page(f"{url}/anmelden/?weiter=/")
        sign_in(manager, f"winden@{DOMAIN}")
        press(manager, f"Landkreis Silmetal hat für {PLACE} eingetragen", "Stimmt so: bestätigen", within="main")
        expect(manager.get_by_role("status")).to_contain_text("bestätigt")
        expect(manager.get_by_text("eingetragen von Landkreis Silmetal")).to_have_count(0)

        write(kreis, Text="Noch schnell ergänzt")
        press(kreis, "Speichern")
        expect(kreis.get_by_role("heading", level=1)).to_have_text(f"Den Eintrag ändert {PLACE} selbst")
        expect(kreis.get_by_label("Text")).to_have_value("Noch schnell ergänzt")

        press(manager, "Mitglieder und Einwilligungen", within="main")
        manager.get_by_role("row", name=re.compile("Landkreis Silmetal")).get_by_role("button", name="Erteilen").focus()
        manager.keyboard.press("Enter")
        expect(manager.get_by_role("status")).to_contain_text("darf jetzt für Sie eintragen")
        assert_accessible(manager)

        press(kreis, "Noch einmal versuchen")
        expect(kreis.get_by_role("heading", name=re.compile("Inzwischen"))).to_have_count(0)
        expect(kreis.get_by_text("Noch schnell ergänzt")).to_be_visible()
        expect(kreis.get_by_text("eingetragen von Landkreis Silmetal")).to_be_visible()


def test_mails_are_ended_and_begun_again_by_keyboard_without_signing_in(open_page: OpenPage, tmp_path: Path) -> None:
    app = demonstration(tmp_path)
    with app.app_context():
        user = db.session.scalar(select(User).where(User.email == f"lesen@{DOMAIN}"))
        assert user is not None
        token = sign(Subscription(user.id, ALL), user.created_at.isoformat(), "only-for-tests")
    with served(app) as url:
        page = open_page(f"{url}/mails/abbestellen/{token}")
        assert_accessible(page)
        press(page, "Abbestellen", within="main")
        expect(page.get_by_role("status")).to_contain_text("keine zusammenfassenden Mails mehr")
        press(page, "Rückgängig machen: wieder bekommen", within="main")
        expect(page.get_by_role("status")).to_contain_text("wieder")
