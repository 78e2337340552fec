"""Two imports at the same time: one is applied, the other is told to look again, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from flask_migrate import upgrade
from sqlalchemy import func, select

from kooperation.app import create_app
from kooperation.audit.services import SHELL
from kooperation.base.db import db, reading
from kooperation.base.errors import RuleViolation
from kooperation.parties.models import Party
from kooperation.register.models import ChangeFile, Edition
from kooperation.register.parse import read_register_file
from kooperation.register.services.changes import apply_changes, plan_changes
from kooperation.register.services.editions import apply_edition, plan_import
from tests.conftest import configuration
from tests.register.builders import alone, change, changes_xlsx, edition_xlsx, germany, kreis

KREIS = kreis("01059", "Schleswig-Flensburg", "43")
BEFORE = [KREIS, *alone("010590001001", "Husby"), *alone("010590002002", "Hürup")]
AFTER = [KREIS, *alone("010590002002", "Hürup"), *alone("010590003003", "Maasbüll")]
HUSBY = change("1", "010590001001", "Husby", "010590002002", "Hürup", people=1_000, area=12_000_000)


def edition(*rows, day="31.12.2023"):
    return read_register_file(edition_xlsx(germany(*rows), day=day), "ausgabe.xlsx")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def populated(request, tmp_path):
    """An app of its own with an edition, since each import needs a connection of its own."""
    address = ""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("CREATE DATABASE at_once")
        address = server.replace("/postgres?", "/at_once?")
    app = create_app(configuration(tmp_path, address))
    with app.app_context():
        upgrade()
        apply_edition(plan_import(edition(*BEFORE)), actor=SHELL)
        db.session.commit()
    yield app
    with app.app_context():
        db.engine.dispose()
    if address:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("DROP DATABASE at_once WITH (FORCE)")


def at_once(app, *imports):
    """Plan all, then apply all at the same time; gives how each ended."""
    start = Barrier(len(imports))

    def run(one):
        plan, apply, file = one
        with app.app_context():
            with reading():
                planned = plan(file)
            start.wait(20)
            try:
                apply(planned, actor=SHELL)
                db.session.commit()
            except RuleViolation as refusal:
                db.session.rollback()
                return refusal.message
            return "applied"

    with ThreadPoolExecutor(len(imports)) as pool:
        return sorted(pool.map(run, imports))


def count(app, model):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model))


NEWER = edition(*AFTER, day="31.12.2024")
CHANGES = read_register_file(changes_xlsx([HUSBY]), "aenderungen.xlsx")
EDITION = (plan_import, apply_edition, NEWER)
CHANGE_FILE = (plan_changes, apply_changes, CHANGES)


@pytest.mark.parametrize(
    "imports",
    [(EDITION, EDITION, EDITION), (CHANGE_FILE, CHANGE_FILE), (EDITION, CHANGE_FILE)],
    ids=["an edition", "a change file", "one of each"],
)
def test_of_several_imports_at_once_one_is_applied_and_the_others_are_told(populated, imports):
    ends = at_once(populated, *imports)
    assert ends.count("applied") == 1
    assert all("seit der Plan entstand" in end for end in ends if end != "applied")
    assert count(populated, Edition) + count(populated, ChangeFile) == 2
    again = [at_once(populated, one)[0] for one in dict.fromkeys(imports, None)]
    assert set(again) == {"applied"}
    assert count(populated, Edition) <= 2
    assert count(populated, ChangeFile) <= 1
    # Nobody is there twice.
    with populated.app_context():
        keys = db.session.scalars(select(Party.key)).all()
    assert len(keys) == len(set(keys))
