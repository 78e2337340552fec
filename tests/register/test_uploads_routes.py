"""A register file from the browser into the register: planned, agreed to, applied; or refused, or put aside."""

import io
import stat
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kooperation.accounts.models import User
from kooperation.audit.models import AuditEntry
from kooperation.base import jobs, progress
from kooperation.base.db import db, now
from kooperation.parties.queries import municipality_by_key
from kooperation.register.jobs import upload_folder
from kooperation.register.models import ChangeFile, Edition, RegisterUpload, RegisterUploadRow
from kooperation.register.rules.uploads import UploadState
from kooperation.register.services import uploads
from tests.accounts.conftest import statements
from tests.register.builders import alone, change, changes_xlsx, edition_xlsx, germany, kreis
from tests.register.uploading import UPLOADING, make_upload, send_file, token

ADMIN, SECOND = "admin@muster.example", "zweite@muster.example"
KREIS = kreis("01059", "Schleswig-Flensburg", "43")
OLD = edition_xlsx(germany([KREIS, *alone("010590001001", "Husby"), *alone("010590002002", "Hürup")]), day="31.12.2023")
NEW = edition_xlsx(germany([KREIS, *alone("010590002002", "Hürup"), *alone("010590003003", "Maasbüll")]))
CHANGES = changes_xlsx([change("1", "010590001001", "Husby", "010590002002", "Hürup", people=1_000, area=12_000_000)])


@pytest.fixture
def admin(prepared, enter):
    """A browser of an administrator; there is another one."""

    def fill(make):
        make.user("Ada Admin", email=ADMIN, is_admin=True)
        make.user("Zoe Zweite", email=SECOND, is_admin=True)

    prepared(fill)
    return enter(ADMIN)


def shown(client, answer):
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client.get(answer.headers["Location"]).get_data(as_text=True)


def agree(client, address, **form):
    page = client.get(address).get_data(as_text=True)
    fingerprint = page.partition('name="fingerprint" type="hidden" value="')[2].partition('"')[0]
    data = {"csrf_token": token(client), "fingerprint": fingerprint} | form
    return client.post(f"{address}uebernehmen/", data=data)


def imported(client, data):
    address = send_file(client, data).headers["Location"]
    return shown(client, agree(client, address, understood="y"))


def the_upload():
    return db.session.scalars(select(RegisterUpload).order_by(RegisterUpload.id.desc())).first()


def state(app):
    with app.app_context():
        return the_upload().state


def kept(app):
    with app.app_context():
        folder = upload_folder()
        return sorted(folder.iterdir()) if folder.is_dir() else []


@pytest.fixture(autouse=True)
def _empty_folder(app):
    yield
    for path in kept(app):
        path.unlink()


def test_an_empty_instance_says_what_to_do_first(admin):
    page = admin.get("/verwaltung/register/").get_data(as_text=True)
    assert "Laden Sie zuerst einen Auszug GV" in page
    assert UPLOADING in page
    assert "Statistischen Bundesamt" in page
    assert "Gemeindeverzeichnis" in admin.get("/verwaltung/").get_data(as_text=True)


def test_a_file_is_planned_agreed_to_and_applied_and_the_log_says_who_did_it(app, admin):
    imported(admin, OLD)
    answer = send_file(admin, NEW, "../../Eigene Dateien/auszug 2024.xlsx")
    address = answer.headers["Location"]
    page = shown(admin, answer)
    assert "AuszugGV, Gebietsstand 31.12.2024" in page
    assert "auszug 2024.xlsx" in page
    assert "Eigene" not in page
    for row in ("Maasbüll", "Husby", "Aufgelöst", "Noch ist nichts geändert", "Als aufgelöst gelten danach: 1"):
        assert row in page
    with app.app_context():
        assert municipality_by_key("01059003") is None
        assert [stat.S_IMODE(path.stat().st_mode) for path in upload_folder().iterdir()] == [0o600]
        assert stat.S_IMODE(upload_folder().stat().st_mode) == 0o700

    page = shown(admin, agree(admin, address))
    assert "Das Register ist auf diesem Stand" in page
    assert "/kommunen/01059003-maasbuell/" in page
    assert "Maasbüll" in admin.get("/kommunen/01059003-maasbuell/").get_data(as_text=True)
    assert kept(app) == []
    with app.app_context():
        assert municipality_by_key("01059001").dissolved_on is not None
        entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(3)).all()
        assert {entry.event for entry in entries} == {
            "register_upload.received",
            "register_upload.approved",
            "edition.imported",
        }
        assert {entry.actor_name for entry in entries} == {"Ada Admin"}
    page = admin.get("/verwaltung/register/").get_data(as_text=True)
    assert "Ada Admin" in page
    assert "übernommen" in page


def test_territorial_changes_come_in_the_same_way(app, admin):
    imported(admin, OLD)
    imported(admin, NEW)
    address = send_file(admin, CHANGES, "aenderungen.xlsx").headers["Location"]
    page = admin.get(address).get_data(as_text=True)
    assert "Gebietsänderungen 01.01.2024 bis 31.12.2024" in page
    assert "Auflösungen" in page
    assert "Das Register ist auf diesem Stand" in shown(admin, agree(admin, address))
    with app.app_context():
        assert the_upload().change_file_id == db.session.scalar(select(ChangeFile.id))
    again = send_file(admin, CHANGES, "aenderungen.xlsx").headers["Location"]
    page = admin.get(again).get_data(as_text=True)
    assert "Alle Zeilen dieser Datei sind schon eingelesen" in page
    assert "Es ist nichts zu tun" in page
    assert "gibt nichts zu übernehmen" in shown(admin, agree(admin, again))


def test_the_rows_of_a_section_come_in_pages_and_as_files(app, admin, prepared):
    prepared(lambda make: make_upload(make.user()))
    with app.app_context():
        number = the_upload().id
    address = f"/verwaltung/register/{number}/"
    page = admin.get(address).get_data(as_text=True)
    assert "Alle 60 ansehen" in page
    assert "Ort 4" in page
    assert "Ort 5<" not in page
    assert "1–50" in admin.get(f"{address}0/").get_data(as_text=True)
    assert "Ort 59" in admin.get(f"{address}0/?seite=2").get_data(as_text=True)
    assert admin.get(f"{address}2/").status_code == 404
    lines = admin.get(f"{address}0/export.csv").get_data(as_text=True).splitlines()
    assert len(lines) == 61
    with admin.get(f"{address}1/export.xlsx") as answer:
        assert answer.status_code == 200


HOSTILE = {
    "a web page called .xlsx": (b"<!DOCTYPE html><html><body>Gemeinden</body></html>", "Webseite (HTML)"),
    "with a password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "mit Kennwort"),
    "cut off": (OLD[: len(OLD) // 2], "unbeschädigte Excel-Mappe"),
    "without a footer": (edition_xlsx(germany(), footer=False), "Fußzeilen"),
    "a wrong cell": (edition_xlsx(germany(), cells={"J10": "viele"}), "Zeile 10, Spalte J"),
}


@pytest.mark.parametrize(("data", "told"), HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_is_none_is_refused_with_the_reason_and_removed(app, admin, data, told):
    page = shown(admin, send_file(admin, data))
    assert "wird nicht eingelesen" in page
    assert told in page
    assert state(app) is UploadState.REFUSED
    assert kept(app) == []
    assert "abgelehnt" in admin.get("/verwaltung/register/").get_data(as_text=True)


def test_no_file_an_empty_one_and_a_second_time_the_same_are_answered_at_the_field(app, admin):
    nothing = admin.post(UPLOADING, data={"csrf_token": token(admin)}, content_type="multipart/form-data")
    assert "Bitte wählen Sie eine Datei." in nothing.get_data(as_text=True)
    assert "Die Datei ist leer." in send_file(admin, b"").get_data(as_text=True)
    send_file(admin, OLD)
    again = send_file(admin, OLD).get_data(as_text=True)
    assert "Ada Admin hat sie als „auszug.xlsx“ hochgeladen" in again
    assert len(kept(app)) == 1


def test_a_body_that_is_too_large_is_refused_before_it_is_read(app, admin):
    class Unread(io.BytesIO):
        def read(self, *_size):
            raise AssertionError("read")

    def post(address, megabytes):
        environ = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(megabytes * 1024 * 1024)}
        return admin.post(address, content_type="multipart/form-data; boundary=x", environ_overrides=environ)

    answer = post(UPLOADING, 11)
    assert answer.status_code == 413
    assert "Die Datei ist zu groß" in answer.get_data(as_text=True)
    # Anywhere else far less is too much.
    assert post("/konto/name/", 2).status_code == 413
    assert kept(app) == []


def test_the_plan_that_is_applied_is_the_one_that_was_shown(app, admin):
    first = send_file(admin, OLD).headers["Location"]
    with app.app_context():
        the_upload().fingerprint = "another"
        db.session.commit()
    # Planned on what is there now, the plan is another one than was agreed to: it is asked anew.
    page = shown(admin, agree(admin, first))
    assert "Das ist der neue Plan" in page
    assert state(app) is UploadState.PLANNED
    assert "Das Register ist auf diesem Stand" in shown(admin, agree(admin, first))


def test_a_register_that_changed_meanwhile_is_planned_anew_and_asked_anew(app, admin):
    imported(admin, OLD)
    waits = send_file(admin, NEW).headers["Location"]
    stale = admin.get(waits).get_data(as_text=True).partition('name="fingerprint" type="hidden" value="')[2][:64]
    imported(admin, CHANGES)
    page = shown(admin, agree(admin, waits))
    assert "Das Register hat sich seit der Zustimmung geändert" in page
    assert "laut Gebietsänderung 16/2024/0001-R" in page
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Edition)) == 1
    old = shown(admin, agree(admin, waits, fingerprint=stale))
    assert "Der Plan ist inzwischen ein anderer" in old
    assert "Das Register ist auf diesem Stand" in shown(admin, agree(admin, waits))


def test_of_two_administrators_one_wins_and_the_other_is_told(app, admin, enter):
    address = send_file(admin, OLD).headers["Location"]
    other = enter(SECOND)
    page = other.get(address).get_data(as_text=True)
    fingerprint = page.partition('name="fingerprint" type="hidden" value="')[2][:64]
    shown(admin, agree(admin, address))
    late = shown(other, agree(other, address, fingerprint=fingerprint))
    assert "Inzwischen hat sich etwas geändert" in late
    page = shown(other, other.post(f"{address}verwerfen/", data={"csrf_token": token(other)}))
    assert "übernommen (Ada Admin)" in page


def test_warnings_have_to_be_agreed_to(app, admin):
    imported(admin, NEW)
    address = send_file(admin, OLD).headers["Location"]
    page = admin.get(address).get_data(as_text=True)
    assert "ist älter als die zuletzt eingelesene vom 31.12.2024" in page
    refused = agree(admin, address).get_data(as_text=True)
    assert "Bitte bestätigen Sie, dass Sie die Warnungen gelesen haben." in refused
    assert state(app) is UploadState.PLANNED
    assert "Das Register ist auf diesem Stand" in shown(admin, agree(admin, address, understood="y"))


def test_a_file_is_put_aside_after_a_question(app, admin):
    address = send_file(admin, OLD).headers["Location"]
    assert "die hochgeladene Datei „auszug.xlsx“" in admin.get(f"{address}verwerfen/").get_data(as_text=True)
    assert state(app) is UploadState.PLANNED
    page = shown(admin, admin.post(f"{address}verwerfen/", data={"csrf_token": token(admin)}))
    assert "Die Datei ist verworfen." in page
    assert kept(app) == []
    with app.app_context():
        assert the_upload().state is UploadState.DISCARDED
        assert db.session.scalar(select(func.count()).select_from(RegisterUploadRow)) == 0
        assert db.session.scalar(select(func.count()).select_from(Edition)) == 0


def test_what_is_under_way_shows_its_progress_and_can_be_left_and_found_again(app, admin, prepared):
    def fill(make):
        make_upload(make.user(), UploadState.APPLYING, run="lauf")
        progress.Progress.start("Einheiten werden geschrieben", 1_000, "lauf").step(250)

    prepared(fill)
    with app.app_context():
        address = f"/verwaltung/register/{the_upload().id}/"
    page = admin.get(address).get_data(as_text=True)
    assert "<progress" in page
    assert "Einheiten werden geschrieben" in page
    assert "Stand jetzt abfragen" in page
    assert 'hx-trigger="every 1s"' in page
    assert "Verwerfen" not in page
    assert address in admin.get("/verwaltung/register/").get_data(as_text=True)
    busy = admin.post(f"{address}verwerfen/", data={"csrf_token": token(admin)})
    assert "wird übernommen" in shown(admin, busy)


def test_what_was_left_by_its_worker_can_be_started_again_or_put_aside(app, admin, monkeypatch):
    monkeypatch.setattr("kooperation.register.routes.uploads.work_off_uploads", lambda: None)
    address = send_file(admin, OLD).headers["Location"]
    with app.app_context():
        uploads.claim(the_upload().id, "lauf", at=now())
        db.session.commit()
        progress.Progress.start("Die Datei wird gelesen", 0, "lauf")
    assert "Es steht still" not in admin.get(address).get_data(as_text=True)
    monkeypatch.setattr(progress, "SILENT_AFTER", -1)
    assert "Es steht still" in admin.get(address).get_data(as_text=True)
    assert "steht still" in admin.get("/verwaltung/register/").get_data(as_text=True)
    monkeypatch.undo()
    with app.app_context():
        jobs.huey.storage.delete_data(progress.PREFIX + "lauf")
        the_upload().state_since -= timedelta(hours=1)
        db.session.commit()
    page = shown(admin, admin.post(f"{address}erneut/", data={"csrf_token": token(admin)}))
    assert "Übernehmen?" in page


def test_the_task_waits_for_administrators_alone_and_costs_no_statement_more(app, admin, enter, prepared):
    prepared(lambda make: make_upload(make.user("Uwe Upload")))
    page = admin.get("/aufgaben/").get_data(as_text=True)
    assert "Plan ansehen: AuszugGV, Gebietsstand 31.12.2023" in page
    assert "Uwe Upload hat die Datei hochgeladen" in page
    prepared(lambda make: make.user(email="gast@muster.example"))
    assert "Plan ansehen" not in enter("gast@muster.example").get("/aufgaben/").get_data(as_text=True)
    with statements(app) as asked:
        admin.get("/konto/")
    assert len([one for one in asked if "register_upload" in one]) == 1


def test_the_lists_statements_do_not_grow_with_their_rows(app, admin, prepared):
    def count():
        with statements(app) as asked:
            admin.get("/verwaltung/register/")
        return len(asked)

    prepared(lambda make: [make_upload(make.user(), one) for one in (UploadState.PLANNED, UploadState.DISCARDED)])
    few = count()
    prepared(
        lambda make: [
            make_upload(make.user(email=f"{one}{place}@muster.example"), one)
            for one in UploadState
            for place in range(5)
        ]
    )
    assert count() == few


def test_a_user_that_is_gone_leaves_the_uploads_behind(app, admin, prepared):
    prepared(lambda make: make_upload(make.user("Geht Gleich", email="geht@muster.example")))
    with app.app_context():
        db.session.delete(db.session.scalar(select(User).where(User.email == "geht@muster.example")))
        db.session.commit()
        assert the_upload().uploaded_by is None
    assert admin.get("/verwaltung/register/").status_code == 200
