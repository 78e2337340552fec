"""A new edition of the register, brought in by keyboard alone: uploaded, left, found again, applied, and seen."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_migrate import upgrade
from playwright.sync_api import Page, expect

from kooperation.accounts.models import User
from kooperation.accounts.services.signing_in import hash_password
from kooperation.app import create_app
from kooperation.audit.services import SHELL
from kooperation.base.config import ROOT
from kooperation.base.db import db
from kooperation.demo.accounts import DOMAIN
from kooperation.register.parse import EditionFile, read_register_file
from kooperation.register.services.editions import apply_edition, plan_import
from tests.browser.chromium import DESKTOP, View, assert_accessible
from tests.browser.conftest import OpenPage, served, sign_in
from tests.browser.test_journeys import tab_to
from tests.conftest import REGISTER_FILES, configuration
from tests.register.builders import alone, edition_xlsx, germany, kreis

PASSWORD = "Vier Woerter gehen durch die Tuer"
ADMIN = "ada@muster.example"
PATIENCE = 60_000
KREIS = kreis("14522", "Mittelsachsen")


@pytest.fixture
def editions(tmp_path: Path) -> tuple[Path, Path]:
    """The editions of 31.12.2021 and 31.12.2023: the official ones, or small ones where they are missing."""
    folder = ROOT / os.environ.get("KOOPERATION_REGISTER_DIR", "data/register")
    official = folder / REGISTER_FILES["2021"], folder / REGISTER_FILES["2023"]
    if all(path.is_file() for path in official):
        return official
    before, after = tmp_path / "31122021.xlsx", tmp_path / "31122023_Auszug_GV.xlsx"
    before.write_bytes(edition_xlsx(germany(KREIS, *alone("145220430430", "Ostrau")), day="31.12.2021"))
    after.write_bytes(edition_xlsx(germany(KREIS, *alone("145220275275", "Jahnatal")), day="31.12.2023"))
    return before, after


@pytest.fixture
def site(tmp_path: Path, editions: tuple[Path, Path]) -> Iterator[str]:
    """The address of a site with the older edition and an administrator."""
    app = create_app(configuration(tmp_path / "instance"))
    with app.app_context():
        upgrade()
        file = read_register_file(editions[0].read_bytes(), editions[0].name)
        assert isinstance(file, EditionFile)
        apply_edition(plan_import(file), actor=SHELL)
        db.session.add(User(email=ADMIN, name="Ada Admin", password_hash=hash_password(PASSWORD), is_admin=True))
        db.session.commit()
    with served(app) as url:
        yield url


def press(page: Page, name: str, within: str = "main") -> None:
    tab_to(page, name, within=within)
    page.keyboard.press("Enter")


def test_an_administrator_brings_in_the_edition_of_two_years_later(
    open_page: OpenPage, site: str, editions: tuple[Path, Path]
) -> None:
    page = open_page(site + "/anmelden/?weiter=/verwaltung/")
    page.set_default_timeout(PATIENCE)
    sign_in(page, ADMIN, PASSWORD)
    press(page, "Gemeindeverzeichnis")
    expect(page.get_by_role("cell", name="Kommandozeile")).to_be_visible()
    assert_accessible(page)

    press(page, "Datei hochladen")
    expect(page.get_by_role("heading", level=1)).to_have_text("Registerdatei hochladen")
    press(page, "Hochladen und prüfen")
    expect(page.locator("#fehler")).to_have_text("Bitte prüfen Sie Ihre Angaben")
    assert_accessible(page)
    tab_to(page, "Datei")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(editions[1])
    press(page, "Hochladen und prüfen")
    expect(page.get_by_role("heading", name="Übernehmen?")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Noch ist nichts geändert")).to_be_visible()
    assert_accessible(page)

    page.goto(site + "/kommunen/14522275/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Seite nicht gefunden")
    press(page, "Aufgaben 1", within="header")
    expect(page.get_by_role("heading", level=1)).to_have_text("Aufgaben")
    assert_accessible(page)
    press(page, "Plan ansehen: AuszugGV, Gebietsstand 31.12.2023")
    expect(page.get_by_role("heading", level=1)).to_have_text(editions[1].name)
    press(page, "Übernehmen")
    expect(page.get_by_text("Das Register ist auf diesem Stand")).to_be_visible(timeout=PATIENCE)
    assert_accessible(page)

    press(page, "Jahnatal")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jahnatal")
    expect(page.get_by_text("Neu im Verzeichnis.")).to_be_visible()
    page.goto(site + "/verwaltung/register/")
    expect(page.get_by_role("row", name=re.compile(r"31\.12\.2023.*Ada Admin")).first).to_be_visible()


@pytest.mark.parametrize("view", [DESKTOP, View("light", 390)], ids=str)
def test_a_file_is_sent_and_put_aside_without_javascript(
    open_page: OpenPage, live_url: str, view: View, tmp_path: Path
) -> None:
    path = tmp_path / "auszug.xlsx"
    path.write_bytes(edition_xlsx(germany(KREIS, *alone("145220275275", "Jahnatal"))))
    page = open_page(live_url + "/anmelden/?weiter=/verwaltung/register/hochladen/", view, javascript=False)
    sign_in(page, f"administration@{DOMAIN}")
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name="Hochladen und prüfen").click()
    page.get_by_role("link", name="Verwerfen").click()
    page.get_by_role("button", name="Verwerfen").click()
    expect(page.get_by_text("Die Datei ist verworfen.")).to_be_visible()
