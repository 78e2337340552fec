"""`kooperation register` as an operator uses it."""

import json
import os

import pytest
from sqlalchemy import func, select

from kooperation.base.db import db
from kooperation.parties.models import Party
from kooperation.register.models import Edition
from tests.register.builders import alone, change, changes_xlsx, edition_xlsx, gemeinde, germany, kreis, verband

AMT = [
    kreis("01059", "Schleswig-Flensburg", "43"),
    verband("010595919", "Hürup"),
    gemeinde("010595919126", "Hürup"),
    gemeinde("010595919142", "Husby"),
    *(gemeinde(f"0105959192{number:02}", f"Dorf {number}") for number in range(20)),
]


@pytest.fixture
def run(app, _isolated, tmp_path):
    """Run the command on a file with these bytes; gives the result."""

    def run(data, *options, text=None):
        path = tmp_path / "datei"
        path.write_bytes(data)
        return app.test_cli_runner().invoke(args=["register", "import", str(path), *options], input=text)

    return run


def edition(*rows, day="31.12.2023"):
    return edition_xlsx(germany(*rows), day=day)


def stored(app, what):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(what))


def test_a_dry_run_shows_the_plan_and_changes_nothing(app, run):
    result = run(edition(*AMT), "--dry-run")
    assert result.exit_code == 0
    assert "Gebietsstand 31.12.2023" in result.output
    assert "Neu: 55" in result.output
    assert "… und 45 weitere (--all-rows zeigt alle)" in result.output
    assert "Probelauf: Es wurde nichts geändert." in result.output
    assert stored(app, Party) == 0


def test_every_row_behind_a_count_can_be_seen(run):
    result = run(edition(*AMT), "--dry-run", "--all-rows")
    assert "--all-rows" not in result.output
    assert "Dorf 19" in result.output


@pytest.mark.parametrize(("answer", "count"), [("n\n", 0), ("\n", 0), ("j\n", 1), ("Ja\n", 1), ("vielleicht\nja\n", 1)])
def test_it_asks_before_it_applies(app, run, answer, count):
    result = run(edition(*AMT), text=answer)
    assert result.exit_code == 0
    assert "Jetzt einlesen?" in result.output
    assert stored(app, Edition) == count


def test_yes_asks_nothing_and_the_same_again_has_nothing_to_do(app, run):
    file = edition(*AMT)
    assert "Eingelesen." in run(file, "--yes").output
    again = run(file, "--yes")
    assert again.exit_code == 0
    assert "bereits eingelesen" in again.output
    assert stored(app, Edition) == 1


def test_changes_are_told_field_by_field(run):
    run(edition(*AMT), "--yes")
    renamed = [row.but(name="Husby, Flecken", population=2_345) if row.name == "Husby" else row for row in AMT]
    output = run(edition(*renamed, day="31.12.2024"), "--dry-run").output
    assert "Umbenannt: 1" in output
    assert "Amtlicher Name Husby → Husby, Flecken" in output
    assert "Bevölkerung 1.000 → 2.345" in output


def test_moved_and_dissolved_units_stand_in_sections_of_their_own(run):
    run(edition(*AMT), "--yes")
    moved = [*AMT[:3], *alone("010590142142", "Husby"), *AMT[4:-1]]
    output = run(edition(*moved, day="31.12.2024"), "--dry-run").output
    assert "In einem anderen Gemeindeverband: 1" in output
    assert "Mit neuem Regionalschlüssel bei gleichem Gemeindeschlüssel: 1" in output
    assert "Aufgelöst: 1" in output
    assert "zum 31.12.2024" in output


def test_an_older_edition_is_refused_with_a_sentence_and_taken_with_force(app, run):
    run(edition(*AMT), "--yes")
    older = run(edition(*AMT, day="31.12.2022"), "--yes")
    assert older.exit_code == 1
    assert "ist älter als die zuletzt eingelesene vom 31.12.2023" in older.stderr
    assert run(edition(*AMT, day="31.12.2022"), "--yes", "--force").exit_code == 0
    assert stored(app, Edition) == 2


def test_a_change_file_is_recognised_by_what_is_in_it(run):
    run(edition(*AMT), "--yes")
    rows = [change("1", "010595919142", "Husby", "010595919126", "Hürup", people=2_300, area=12_000_000)]
    output = run(changes_xlsx(rows), "--yes").output
    assert "Gebietsänderungen 01.01.2024 bis 31.12.2024" in output
    assert "Auflösungen: 1" in output
    assert "Husby: → Hürup zum 01.01.2024" in output
    assert "bereits eingelesen" in run(changes_xlsx(rows), "--yes").output


@pytest.mark.usefixtures("_isolated")
def test_a_name_that_no_text_can_hold_is_stored_and_shown_harmlessly(app, tmp_path):
    path = tmp_path / os.fsdecode(b"zeile\nzwei\x1b[31m\xff<b>.xlsx")
    path.write_bytes(edition(*AMT))
    result = app.test_cli_runner().invoke(args=["register", "import", str(path), "--yes"])
    assert result.exit_code == 0
    with app.app_context():
        assert db.session.scalar(select(Edition.file_name)) == "zeile·zwei·[31m·<b>.xlsx"


@pytest.mark.usefixtures("_isolated")
def test_a_file_without_end_is_refused_before_it_is_read_whole(app, tmp_path):
    path = tmp_path / "datei"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(200 * 1024**3)
    result = app.test_cli_runner().invoke(args=["register", "import", str(path), "--yes"])
    assert result.exit_code == 1
    assert "höchstens 10 MB" in result.stderr


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", "Müll".encode("latin-1"), b"\x00" * 5_000])
def test_a_file_that_is_none_is_answered_with_what_was_expected(app, run, data):
    result = run(data, "--yes")
    assert result.exit_code == 1
    assert "Die Datei wurde nicht eingelesen, es wurde nichts geändert." in result.stderr
    assert stored(app, Party) == 0


def test_all_problems_are_told_at_once_with_sheet_line_and_column(run):
    rows = germany(*AMT)
    damaged = [
        row.but(population="viele") if row.name in {"Husby", "Hürup"} and row.satzart == "60" else row for row in rows
    ]
    result = run(edition_xlsx(damaged), "--yes")
    assert result.exit_code == 1
    assert result.stderr.count("„viele“") == 2
    assert "Blatt „Onlineprodukt_Gemeinden“, Zeile" in result.stderr


def test_the_status_says_what_is_there(app, run):
    empty = app.test_cli_runner().invoke(args=["register", "status"])
    assert "Noch keine Ausgabe" in empty.output
    run(edition(*AMT), "--yes")
    status = app.test_cli_runner().invoke(args=["register", "status"])
    assert "Gebietsstand 31.12.2023  AuszugGV  datei" in status.output
    state = json.loads(app.test_cli_runner().invoke(args=["register", "status", "--json"]).output)
    assert state["bodies"] == {"land": 16, "landkreis": 1, "kreisfreie_stadt": 15, "gemeindeverband": 1, "gemeinde": 22}
    assert state["population"] == 37_000
    assert state["editions"][0]["edition_date"] == "2023-12-31"
    assert state["dissolved"] == {"with_successor": 0, "with_proposal": 0, "without_successor": 0}
