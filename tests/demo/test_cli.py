"""The shell's commands around the region."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from kooperation.base.config import Mode
from kooperation.base.db import db
from kooperation.demo import region
from kooperation.parties.models import Party


@pytest.fixture
def shell(app, _isolated):
    """Run `kooperation demo …`."""
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=["demo", *words])


@pytest.fixture
def stored(app):
    """How many parties are stored."""

    def count():
        with app.app_context():
            return db.session.scalar(select(func.count()).select_from(Party))

    return count


@pytest.fixture
def production(app, monkeypatch):
    config = replace(app.extensions["kooperation"], mode=Mode.PRODUCTION)
    monkeypatch.setitem(app.extensions, "kooperation", config)


def test_load_stores_the_region_and_says_so(shell, stored):
    result = shell("load")
    assert (result.exit_code, result.stdout) == (
        0,
        "Beispielgebiet Musterland geladen: 50 erfundene Einheiten.\n",
    )
    assert stored() == len(region.bodies())


def test_load_is_refused_in_a_sentence_where_the_region_is_there(shell, stored):
    shell("load")
    result = shell("load")
    assert result.exit_code == 1
    assert "schon geladen" in result.stderr
    assert stored() == len(region.bodies())


def test_load_if_empty_fills_an_empty_database(shell, stored):
    assert shell("load", "--if-empty").exit_code == 0
    assert stored() == len(region.bodies())


def test_load_if_empty_does_nothing_the_second_time(shell, stored):
    shell("load")
    result = shell("load", "--if-empty")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert stored() == len(region.bodies())


def test_load_if_empty_does_nothing_beside_anybody_else(prepared, shell, stored):
    prepared(lambda make: make.municipality("Adelsried", key="09772111"))
    assert shell("load", "--if-empty").exit_code == 0
    assert stored() == 1


def test_load_stands_beside_the_official_register_when_asked_to(prepared, shell, stored):
    prepared(lambda make: make.municipality("Adelsried", key="09772111"))
    assert shell("load").exit_code == 0
    assert stored() == 1 + len(region.bodies())


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("words", [("load",), ("load", "--if-empty")])
def test_production_gets_no_invented_data_by_mistake(shell, stored, words):
    result = shell(*words)
    assert result.exit_code == 1
    assert "--invented-data-in-production" in result.stderr
    assert stored() == 0


@pytest.mark.usefixtures("production")
def test_production_gets_invented_data_when_it_is_asked_for_by_name(shell, stored):
    assert shell("load", "--invented-data-in-production").exit_code == 0
    assert stored() == len(region.bodies())


def test_remove_takes_the_region_out(shell, stored):
    shell("load")
    result = shell("remove")
    assert (result.exit_code, result.stdout) == (0, "Beispielgebiet Musterland entfernt: 50 Einheiten.\n")
    assert stored() == 0


def test_remove_says_when_there_is_nothing(shell):
    result = shell("remove")
    assert result.exit_code == 1
    assert "nicht geladen" in result.stderr
