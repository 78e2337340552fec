"""Uploads below HTTP: names, fingerprints, warnings, runs that were overtaken, and what the night removes."""

import os
import time
from datetime import timedelta

import pytest

from kooperation.audit.services import SHELL
from kooperation.base import arrivals
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.parties.rules import Level
from kooperation.register import hooks
from kooperation.register.jobs import clear_out_uploads, upload_folder, work_off_uploads
from kooperation.register.models import RegisterUpload, RegisterUploadRow
from kooperation.register.parse import read_register_file
from kooperation.register.queries import uploads as queries
from kooperation.register.queries.documents import unit_documents
from kooperation.register.queries.state import known_bodies
from kooperation.register.rules.planning import known_after
from kooperation.register.rules.sections import Section, SectionRow
from kooperation.register.rules.uploads import KEPT_FOR, MOST_OPEN, UploadState, cleaned_name, fingerprint
from kooperation.register.rules.warnings import is_suspicious
from kooperation.register.services import plans, uploads
from kooperation.register.services.editions import apply_edition, plan_import
from tests.register.builders import alone, edition_xlsx, germany, gv100ad, kreis, sample
from tests.register.uploading import make_upload

KREIS = kreis("01059", "Schleswig-Flensburg", "43")


def edition(*rows, day="31.12.2023"):
    return read_register_file(edition_xlsx(germany(*rows), day=day), "ausgabe.xlsx")


def imported(file):
    planned = plan_import(file, force=True)
    apply_edition(planned, actor=SHELL)
    return planned


# ---------------------------------------------------------------- names, fingerprints, warnings


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("auszug.xlsx", "auszug.xlsx"),
        (r"C:\Users\erika\auszug.xlsx", "auszug.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\x1b[31m\n.xlsx", "a b [31m .xlsx"),
        ("gnp.\u202exslx", "gnp. xslx"),
        ("<b>.xlsx", "<b>.xlsx"),
        ("Ä" * 300, "Ä" * 200),
        ("..", "Datei ohne Namen"),
        ("", "Datei ohne Namen"),
    ],
)
def test_a_name_is_cleaned(given, kept):
    assert cleaned_name(given) == kept


def test_a_fingerprint_covers_the_file_and_every_row():
    def made(sha="1", text="x"):
        return fingerprint(sha, [Section("Neu", [SectionRow("01", "A", text)])])

    assert made() == made()
    assert len({made(), made(sha="2"), made(text="y"), fingerprint("1", [])}) == 4


@pytest.mark.parametrize(
    ("dissolved", "existing", "expected"),
    [(9, 10, False), (10, 12_500, False), (250, 12_500, False), (251, 12_500, True), (12_000, 12_500, True)],
)
def test_many_dissolutions_are_suspicious(dissolved, existing, expected):
    assert is_suspicious(dissolved, existing) is expected


def many(number):
    return [one for n in range(1, number + 1) for one in alone(f"01059{n:04}{n:03}", f"Dorf {chr(64 + n)}")]


def test_an_edition_that_lost_half_its_units_is_told(context):
    imported(edition(KREIS, *many(20)))
    warnings = plan_import(edition(KREIS, *many(2), day="31.12.2024")).warnings
    assert any("Auffällig viele Einheiten würden aufgelöst: 18" in one for one in warnings)


def text_edition(rows, day="20231231"):
    return read_register_file(gv100ad(rows, day=day).encode(), "GV100AD.txt")


def test_a_text_file_cut_at_the_end_of_a_line_is_told_by_what_the_register_knows_behind_it(context):
    altenburg, schmoelln = alone("160770001001", "Altenburg, Stadt"), alone("160770002002", "Schmölln, Stadt")
    whole = germany(kreis("16077", "Altenburger Land"), *altenburg, *schmoelln)
    imported(text_edition(whole))
    (told,) = plan_import(text_edition(whole[:-2], "20241231")).warnings
    assert "Die Datei endet mit „Altenburg, Stadt“ (16077001)" in told
    assert "Schmölln" in told
    assert plan_import(text_edition(whole, "20241231")).warnings == ["Diese Ausgabe ändert nichts."]


def test_a_first_text_file_cannot_be_compared_and_says_so(context):
    warnings = plan_import(text_edition(sample())).warnings
    assert any("Dieses Format nennt keine Summen" in one for one in warnings)


def test_another_format_an_older_edition_and_nothing_new_are_told(context):
    file = edition(KREIS, *many(2), day="31.12.2024")
    imported(file)
    assert plan_import(file).warnings == ["Genau diese Datei ist schon eingelesen."]
    other = text_edition(germany(KREIS, *many(2)))
    assert any("Format AuszugGV, diese im Format GV100AD" in one for one in plan_import(other, force=True).warnings)
    older = plan_import(edition(KREIS, *many(2)), force=True).warnings
    assert any("ist älter als die zuletzt eingelesene vom 31.12.2024" in one for one in older)


# ---------------------------------------------------------------- what is stored is not read twice


def test_the_bodies_after_a_plan_are_those_that_are_stored(context):
    for rows, day in (
        (many(4), "31.12.2022"),
        (many(3), "31.12.2023"),
        (many(5), "31.12.2024"),
        (many(2), "31.12.2025"),
    ):
        is_first = not known_bodies()
        planned = imported(edition(KREIS, *rows, day=day))
        stored = known_bodies()
        ids = {one.body.ref: one.id for one in stored}
        assert known_after(planned.known, planned.plan, ids, is_first=is_first) == stored


def test_documents_of_changed_units_are_theirs_and_of_what_lies_below(context, make):
    land = make.municipality("Land", level=Level.LAND, key="08")
    district = make.municipality("Kreis", level=Level.LANDKREIS, key="08001", parent=land)
    village = make.municipality("Dorf", parent=district)
    other = make.municipality("Anderswo", parent=land)
    assert [one.subject_id for one in unit_documents([village.id])] == [village.id]
    assert [one.subject_id for one in unit_documents([district.id])] == [district.id, village.id]
    assert [one.subject_id for one in unit_documents()] == [land.id, district.id, village.id, other.id]


# ---------------------------------------------------------------- runs


def test_a_run_that_was_overtaken_changes_nothing_any_more(make):
    upload = make_upload(make.user(), UploadState.WAITING)
    assert uploads.claim(upload.id, "first", at=now()) is upload
    assert uploads.claim(upload.id, "second", at=now()) is None
    uploads.restart(upload, user=make.user(), at=now() + timedelta(hours=1))
    assert upload.state is UploadState.WAITING
    assert uploads.held(upload.id, "first") is None
    assert uploads.claim(upload.id, "second", at=now()) is upload
    assert uploads.held(upload.id, "second") is upload


def test_what_was_being_applied_goes_on_with_the_plan_that_was_agreed_to(make):
    upload = make_upload(make.user(), UploadState.APPLYING, run="gone", decided_by=make.user())
    with pytest.raises(RuleViolation, match="wird übernommen"):
        uploads.restart(upload, user=make.user(), at=now())
    uploads.restart(upload, user=make.user(), at=now() + timedelta(hours=1))
    assert (upload.state, upload.run, upload.fingerprint) == (UploadState.APPLYING, None, "f" * 64)


def test_one_upload_is_applied_at_a_time(make):
    make_upload(make.user(), UploadState.APPLYING, file_name="erste")
    with pytest.raises(RuleViolation, match="Gerade wird „erste"):
        uploads.approve(make_upload(make.user()), "f" * 64, understood=True, user=make.user(), at=now())


def test_only_so_many_files_wait_at_a_time(make):
    user = make.user()
    for number in range(MOST_OPEN):
        uploads.receive(arrivals.Arrival("x", 1, str(number)), "a", user=user, at=now())
    with pytest.raises(RuleViolation, match=f"schon {MOST_OPEN} Dateien"):
        uploads.receive(arrivals.Arrival("x", 1, "one more"), "a", user=user, at=now())


def test_a_file_that_is_gone_is_told_and_the_next_one_is_read(app, make, tmp_path):
    upload_folder().mkdir(mode=0o700, exist_ok=True)
    gone = make_upload(make.user(), UploadState.WAITING, stored_as="gone")
    path = upload_folder() / "there"
    path.write_bytes(edition_xlsx(germany(KREIS, *many(2))))
    there = make_upload(make.user(), UploadState.WAITING, stored_as="there")
    numbers = gone.id, there.id
    db.session.commit()
    work_off_uploads.call_local()
    path.unlink()
    found = [db.session.get(RegisterUpload, number) for number in numbers]
    assert [one.state for one in found] == [UploadState.FAILED, UploadState.PLANNED]
    assert "auf diesem Rechner nicht zu finden" in found[0].message


def test_an_error_of_ours_is_noted_at_the_upload_and_goes_into_the_log(make, monkeypatch):
    upload_folder().mkdir(mode=0o700, exist_ok=True)
    path = upload_folder() / "there"
    path.write_bytes(edition_xlsx(germany(KREIS, *many(2))))
    number = make_upload(make.user(), UploadState.WAITING, stored_as="there").id
    db.session.commit()

    def broken(_file):
        raise LookupError("so nicht")

    monkeypatch.setattr(plans, "plan_file", broken)
    with pytest.raises(LookupError):
        work_off_uploads.call_local()
    path.unlink()
    upload = db.session.get(RegisterUpload, number)
    assert upload.state is UploadState.FAILED
    assert "nichts geändert" in upload.message
    uploads.restart(upload, user=make.user(), at=now())
    assert upload.state is UploadState.WAITING


# ---------------------------------------------------------------- the night


def test_the_night_removes_what_was_left_and_what_nobody_knows(make):
    folder = upload_folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    long_ago = now() - KEPT_FOR - timedelta(days=1)
    old = make_upload(make.user(), stored_as="old", state_since=long_ago).id
    applied = make_upload(make.user(), UploadState.APPLIED, stored_as=None, state_since=long_ago).id
    young = make_upload(make.user(), stored_as="young").id
    for name in ("old", "young", "orphan", "half"):
        (folder / name).write_bytes(b"x")
    yesterday = time.time() - 2 * 24 * 3600
    for name in ("orphan", "young"):
        os.utime(folder / name, (yesterday, yesterday))
    db.session.commit()
    clear_out_uploads.call_local()
    assert sorted(path.name for path in folder.iterdir()) == ["half", "young"]
    for path in folder.iterdir():
        path.unlink()
    found = [db.session.get(RegisterUpload, number) for number in (old, applied, young)]
    assert [one.state for one in found] == [UploadState.DISCARDED, UploadState.APPLIED, UploadState.PLANNED]
    assert "30 Tagen" in found[0].message
    assert [one.plan is None for one in found] == [True, True, False]
    assert {row.upload_id for row in db.session.query(RegisterUploadRow)} == {young}


# ---------------------------------------------------------------- others call


def test_accounts_that_turn_out_to_be_one_keep_their_uploads(make):
    one, other = make.user(), make.user()
    upload = make_upload(one, decided_by=one)
    hooks.users_merged(one.id, other.id)
    db.session.refresh(upload)
    assert (upload.uploaded_by_id, upload.decided_by_id) == (other.id, other.id)


def test_a_user_is_told_of_the_uploads_that_are_theirs(make):
    mine, other = make.user(), make.user()
    make_upload(mine, file_name="meine.xlsx")
    make_upload(other, file_name="andere.xlsx")
    (told,) = hooks.personal_data_of(mine)
    assert [row["file_name"] for row in told.rows] == ["meine.xlsx"]
    assert set(told.labels) == set(told.rows[0])
    assert list(hooks.personal_data_of("somebody else")) == []


def test_what_waits_for_the_worker_and_was_not_begun_is_found(make):
    waiting = make_upload(make.user(), UploadState.WAITING)
    agreed = make_upload(make.user(), UploadState.APPLYING)
    make_upload(make.user(), UploadState.READING, run="under way")
    make_upload(make.user())
    assert queries.not_begun() == [waiting.id, agreed.id]
