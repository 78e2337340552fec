"""Backup and restore on both databases: taken while others write, whole or not at all, back on another machine."""

import os
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import URL, MetaData, make_url, select

from kooperation.app import create_app
from kooperation.audit.models import AuditEntry
from kooperation.base import backup, backup_postgresql, health
from kooperation.base.db import db
from tests.conftest import configuration
from tests.factories import Make

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass
class Place:
    """An app on a database of its own, as on a machine of its own."""

    app: Flask

    @property
    def url(self) -> URL:
        with self.app.app_context():
            return db.engine.url

    def migrate(self) -> "Place":
        with self.app.app_context():
            upgrade()
        return self

    def fill(self, *names: str) -> "Place":
        with self.app.app_context():
            for name in names:
                Make().municipality(name, key=uuid4().hex[:8])
            db.session.commit()
        return self

    def rows(self) -> Rows:
        """All rows of all tables."""
        with self.app.app_context():
            tables = MetaData()
            tables.reflect(db.engine)
            found = {
                name: sorted(map(tuple, db.session.execute(select(table))), key=repr)
                for name, table in tables.tables.items()
            }
            db.session.remove()
            db.engine.dispose()
        return found

    def bring_back(self, file: Path, *, replace: bool = False) -> health.Schema:
        with self.app.app_context():
            db.engine.dispose()
        return backup.bring_back(self.url, file, replace=replace)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Place]]:
    """Makes places with an empty database without tables."""
    made: list[Place] = []

    def make() -> Place:
        address, name = "", f"place_{uuid4().hex}"
        if request.param == "postgresql":
            server = request.getfixturevalue("postgresql")
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            address = make_url(server).set(database=name).render_as_string(hide_password=False)
        made.append(Place(create_app(configuration(tmp_path / name, address))))
        return made[-1]

    yield make
    for one in made:
        with one.app.app_context():
            db.engine.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sicherung"


def test_what_is_backed_up_comes_back_on_another_machine(place, file):
    here = place().migrate().fill("Musterdorf", "Straußberg", 'Ort mit "Zeichen"; \\ und 🏰')
    backup.back_up(here.url, file)
    there = place()
    assert there.bring_back(file) is health.Schema.CURRENT
    assert there.rows() == here.rows()
    there.fill("danach").migrate()
    assert len(there.rows()["party"]) == 4


def test_a_backup_belongs_to_its_owner_alone_and_leaves_nothing_beside_it(place, file):
    os.umask(os.umask(0o000))
    backup.back_up(place().migrate().fill("Musterdorf").url, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [entry.name for entry in file.parent.iterdir() if entry.is_file()] == [file.name]


def test_a_backup_while_others_write_holds_whole_transactions_and_all_that_was_acknowledged(place, file):
    here = place().migrate()
    acknowledged: list[int] = []
    stop, enough = threading.Event(), threading.Event()

    def write(writer: int) -> None:
        with here.app.app_context():
            number = 0
            while not stop.is_set():
                number += 1
                for half in ("first", "second"):
                    db.session.add(entry(writer * 1_000_000 + number, half))
                    db.session.flush()
                db.session.commit()
                acknowledged.append(writer * 1_000_000 + number)
                if len(acknowledged) > 50:
                    enough.set()

    threads = [threading.Thread(target=write, args=[writer]) for writer in range(4)]
    for thread in threads:
        thread.start()
    try:
        assert enough.wait(30)
        before = set(acknowledged)
        backup.back_up(here.url, file)
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    there = place()
    there.bring_back(file)
    with there.app.app_context():
        found = db.session.execute(select(AuditEntry.subject_id, AuditEntry.event)).all()
        db.session.remove()
    firsts = {number for number, half in found if half == "first"}
    assert firsts == {number for number, half in found if half == "second"}
    assert before <= firsts <= set(acknowledged)
    assert len(acknowledged) > len(before), "nobody wrote while the backup was taken"


def entry(number: int, event: str) -> AuditEntry:
    return AuditEntry(actor_name="Probe", event=event, subject_kind="Probe", subject_id=number, subject_label="Probe")


def test_a_backup_never_overwrites_a_file(place, file):
    file.write_text("wichtig")
    with pytest.raises(click.ClickException, match="gibt es schon und wird nicht überschrieben"):
        backup.back_up(place().migrate().url, file)
    assert file.read_text() == "wichtig"


def test_a_folder_that_is_missing_is_said(place, tmp_path):
    with pytest.raises(click.ClickException, match="lässt sich nicht schreiben: No such file"):
        backup.back_up(place().migrate().url, tmp_path / "fehlt" / "sicherung")


def test_data_is_replaced_only_on_demand_and_then_completely(place, file):
    here = place().migrate().fill("Musterdorf")
    backup.back_up(here.url, file)
    there = place().migrate().fill("Altdorf", "Altstadt")
    before = there.rows()
    with pytest.raises(click.ClickException, match="enthält schon Daten"):
        there.bring_back(file)
    assert there.rows() == before
    there.bring_back(file, replace=True)
    assert there.rows() == here.rows()


def test_a_migrated_database_without_rows_may_be_restored_into(place, file):
    here = place().migrate().fill("Musterdorf")
    backup.back_up(here.url, file)
    there = place().migrate()
    there.bring_back(file)
    assert there.rows() == here.rows()


def test_a_damaged_backup_changes_nothing(place, file):
    here = place().migrate().fill("Musterdorf")
    backup.back_up(here.url, file)
    whole = file.read_bytes()
    there = place().migrate().fill("Altdorf")
    before = there.rows()
    for damaged in (whole[: len(whole) // 2], whole[:40], whole[:20]):
        file.write_bytes(damaged)
        with pytest.raises(click.ClickException, match=r"beschädigt|gescheitert"):
            there.bring_back(file, replace=True)
    for other in (b"", b"PK\x03\x04 a spreadsheet", b"-- SQL"):
        file.write_bytes(other)
        with pytest.raises(click.ClickException, match="ist keine Sicherung von kooperation"):
            there.bring_back(file, replace=True)
    assert there.rows() == before


def test_a_backup_from_a_newer_program_is_refused_and_an_older_one_is_told(place, file, monkeypatch):
    here = place().migrate().fill("Musterdorf")
    backup.back_up(here.url, file)
    there = place()
    monkeypatch.setattr(health, "heads", lambda: frozenset({"9999"}))
    assert there.bring_back(file) is health.Schema.BEHIND
    monkeypatch.setattr(health, "_known", frozenset)
    with pytest.raises(click.ClickException, match="stammt aus einer neueren Fassung"):
        there.bring_back(file, replace=True)
    assert there.rows() == here.rows()


def test_the_commands_say_what_they_did(place, file):
    here, there = place().migrate().fill("Musterdorf"), place()
    with here.app.app_context():
        saved = click.testing.CliRunner().invoke(backup.backup, [str(file)])
        db.engine.dispose()
    assert saved.exit_code == 0
    assert "Gesichert" in saved.output
    assert "personenbezogene Daten" in saved.output
    with there.app.app_context():
        restored = click.testing.CliRunner().invoke(backup.restore, [str(file)])
    assert restored.exit_code == 0
    assert restored.output == f"Wiederhergestellt aus {file}.\n"
    assert there.rows() == here.rows()


# ---------------------------------------------------------------- SQLite alone


@pytest.fixture
def sqlite(tmp_path: Path) -> Callable[[], Place]:
    def make() -> Place:
        return Place(create_app(configuration(tmp_path / uuid4().hex))).migrate()

    return make


def test_a_database_in_use_is_not_replaced(sqlite, file):
    backup.back_up(sqlite().fill("Musterdorf").url, file)
    there = sqlite().fill("Altdorf")
    with there.app.app_context():
        other = db.engine.raw_connection()
        other.cursor().execute("SELECT count(*) FROM party").fetchone()
    try:
        with pytest.raises(click.ClickException, match=r"ist in Gebrauch\. Beenden Sie kooperation"):
            backup.bring_back(there.url, file, replace=True)
    finally:
        other.close()
    with there.app.app_context():
        db.engine.dispose()
    assert [row[2] for row in there.rows()["party"]] == ["Altdorf"]


def test_what_a_killed_server_left_beside_the_database_does_not_get_into_the_restored_one(sqlite, file, tmp_path):
    here = sqlite().fill("Musterdorf")
    backup.back_up(here.url, file)
    there = sqlite().fill("Altdorf")
    path = Path(str(there.url.database))
    with there.app.app_context():
        Make().municipality("Neudorf", key="99999999")
        db.session.commit()
        left = {suffix: (path.with_name(path.name + suffix)).read_bytes() for suffix in ("-wal", "-shm")}
        db.session.remove()
        db.engine.dispose()
    for suffix, content in left.items():
        path.with_name(path.name + suffix).write_bytes(content)
    there.bring_back(file, replace=True)
    assert there.rows() == here.rows()


def test_a_damaged_database_can_be_replaced(sqlite, file):
    here = sqlite().fill("Musterdorf")
    backup.back_up(here.url, file)
    there = sqlite()
    with there.app.app_context():
        db.engine.dispose()
    Path(str(there.url.database)).write_bytes(b"\0" * 4096 + b"damaged" * 512)
    there.bring_back(file, replace=True)
    assert there.rows() == here.rows()


def test_erased_values_are_not_in_a_backup(sqlite, file):
    here = sqlite()
    with here.app.app_context():
        doomed = entry(1, "x" * 60)
        db.session.add(doomed)
        db.session.commit()
        db.session.delete(doomed)
        db.session.commit()
        db.engine.dispose()
    backup.back_up(here.url, file)
    assert b"x" * 60 not in file.read_bytes()


# ---------------------------------------------------------------- PostgreSQL alone


@pytest.mark.postgres
def test_a_backup_of_the_other_kind_of_database_is_named(sqlite, file, postgresql):
    backup.back_up(sqlite().url, file)
    with pytest.raises(click.ClickException, match="Sicherung aus SQLite, eingestellt ist aber PostgreSQL"):
        backup.bring_back(make_url(postgresql).set(drivername="postgresql+psycopg"), file, replace=True)


@pytest.mark.postgres
def test_a_missing_or_older_pg_dump_is_answered_with_what_to_install(postgresql, file, monkeypatch, tmp_path):
    url = make_url(postgresql).set(drivername="postgresql+psycopg")
    old = tmp_path / "bin" / "pg_dump"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{old.parent}:{os.environ['PATH']}")
    with pytest.raises(click.ClickException, match="pg_dump hat die Fassung 9, der Server die Fassung"):
        backup.back_up(url, file)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(click.ClickException, match=r"pg_dump fehlt. Installieren Sie das Paket postgresql-client"):
        backup.back_up(url, file)
    assert not file.exists()


def test_the_password_is_not_in_the_list_of_processes():
    url = make_url("postgresql+psycopg://k:g%40heim@db.example.de:5433/kooperation?sslmode=require")
    assert backup_postgresql._address(url) == "postgresql://k@db.example.de:5433/kooperation?sslmode=require"
    assert backup_postgresql._environment(url)["PGPASSWORD"] == "g@heim"
