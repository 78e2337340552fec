"""Reading what was uploaded: the lists, a page of a plan's rows, what waits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, func, or_, select
from sqlalchemy.orm import joinedload

from kooperation.audit.models import AuditEntry
from kooperation.base.db import db
from kooperation.base.paging import Page, paged
from kooperation.register.models import ChangeFile, Edition, RegisterUpload, RegisterUploadRow
from kooperation.register.rules.uploads import BUSY, OPEN, UploadState

FIRST_ROWS = 5
"""Rows of each section that are shown without being asked for."""
PER_PAGE = 50

_UPLOADS = select(RegisterUpload).options(joinedload(RegisterUpload.uploaded_by), joinedload(RegisterUpload.decided_by))
_SHOWN: tuple[Any, ...] = (RegisterUploadRow.key, RegisterUploadRow.name, RegisterUploadRow.text)
_ROWS = select(*_SHOWN).order_by(RegisterUploadRow.position)


class ImportedEdition(NamedTuple):
    """An edition that was applied, and who did it as the log tells."""

    edition: Edition
    by: str | None


class ImportedChanges(NamedTuple):
    """A file of territorial changes that was applied, and who did it as the log tells."""

    file: ChangeFile
    by: str | None


def editions() -> Sequence[ImportedEdition]:
    """The editions applied, the one applied last first."""
    logged = (AuditEntry.subject_kind == "Edition") & (AuditEntry.subject_id == Edition.id)
    rows = db.session.execute(
        select(Edition, AuditEntry.actor_name)
        .outerjoin(AuditEntry, logged & (AuditEntry.event == "edition.imported"))
        .order_by(Edition.id.desc())
    )
    return [ImportedEdition(edition, by) for edition, by in rows]


def change_files() -> Sequence[ImportedChanges]:
    """The files of territorial changes applied, the one applied last first."""
    logged = (AuditEntry.subject_kind == "ChangeFile") & (AuditEntry.subject_id == ChangeFile.id)
    rows = db.session.execute(
        select(ChangeFile, AuditEntry.actor_name)
        .outerjoin(AuditEntry, logged & (AuditEntry.event == "changes.imported"))
        .order_by(ChangeFile.id.desc())
    )
    return [ImportedChanges(file, by) for file, by in rows]


def upload_by_id(number: int) -> RegisterUpload | None:
    """An upload with who sent it and who decided; None without one of this number."""
    return db.session.scalar(_UPLOADS.where(RegisterUpload.id == number))


def open_uploads() -> Sequence[RegisterUpload]:
    """The uploads that something is to be done with, the newest first."""
    return db.session.scalars(_UPLOADS.where(RegisterUpload.state.in_(OPEN)).order_by(RegisterUpload.id.desc())).all()


def ended_uploads(page: int) -> Page[RegisterUpload]:
    """The uploads that came to an end, the newest first."""
    ended = _UPLOADS.where(RegisterUpload.state.not_in(OPEN)).order_by(RegisterUpload.id.desc())
    found = paged(ended, page)
    return Page([row[0] for row in found.items], found.number, found.total, found.per_page)


def planned_uploads() -> Sequence[RegisterUpload]:
    """The uploads whose plan waits for a decision, the oldest first."""
    waiting = _UPLOADS.where(RegisterUpload.state == UploadState.PLANNED)
    return db.session.scalars(waiting.order_by(RegisterUpload.state_since, RegisterUpload.id)).all()


def planned_counted() -> ScalarSelect[int]:
    """How many plans wait for a decision, as a part of a statement."""
    return select(func.count(RegisterUpload.id)).where(RegisterUpload.state == UploadState.PLANNED).scalar_subquery()


def first_rows(upload: RegisterUpload) -> dict[int, list[RegisterUploadRow]]:
    """The first rows of each section of a plan, by the number of the section."""
    found: dict[int, list[RegisterUploadRow]] = {}
    for row in db.session.scalars(
        select(RegisterUploadRow)
        .where(RegisterUploadRow.upload_id == upload.id, RegisterUploadRow.position < FIRST_ROWS)
        .order_by(RegisterUploadRow.section, RegisterUploadRow.position)
    ):
        found.setdefault(row.section, []).append(row)
    return found


def rows_of(upload: RegisterUpload, section: int, page: int) -> Page[RegisterUploadRow]:
    """One page of the rows of a section."""
    return paged(_ROWS.where(*_in_section(upload, section)), page, PER_PAGE)


def all_rows_of(upload: RegisterUpload, section: int) -> Sequence[tuple[str, str, str]]:
    """All rows of a section, as key, name and text, for an export."""
    found = db.session.execute(_ROWS.where(*_in_section(upload, section)))
    return [(key, name, text) for key, name, text in found]


def _in_section(upload: RegisterUpload, section: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return RegisterUploadRow.upload_id == upload.id, RegisterUploadRow.section == section


def open_count() -> int:
    """How many uploads something is to be done with."""
    counted = select(func.count()).select_from(RegisterUpload).where(RegisterUpload.state.in_(OPEN))
    return db.session.scalar(counted) or 0


def open_with(sha256: str) -> RegisterUpload | None:
    """An upload of the same content that something is to be done with; None without."""
    same = _UPLOADS.where(RegisterUpload.sha256 == sha256, RegisterUpload.state.in_(OPEN))
    return db.session.scalar(same.order_by(RegisterUpload.id).limit(1))


def applying_but(upload: RegisterUpload) -> RegisterUpload | None:
    """Another upload that is being applied; None without."""
    return db.session.scalar(
        _UPLOADS.where(RegisterUpload.state == UploadState.APPLYING, RegisterUpload.id != upload.id).limit(1)
    )


def not_begun() -> Sequence[int]:
    """The numbers of uploads that wait for the worker and were not taken by one."""
    waiting = select(RegisterUpload.id).where(RegisterUpload.state.in_(BUSY), RegisterUpload.run.is_(None))
    return db.session.scalars(waiting.order_by(RegisterUpload.id)).all()


def kept_files() -> set[str]:
    """The names of the files in the folder that an upload refers to."""
    return set(db.session.scalars(select(RegisterUpload.stored_as).where(RegisterUpload.stored_as.is_not(None))))


def left_since(before: datetime) -> Sequence[RegisterUpload]:
    """Uploads with a file or a plan whose state has not changed since an instant."""
    left = or_(RegisterUpload.stored_as.is_not(None), RegisterUpload.plan.is_not(None))
    return db.session.scalars(
        select(RegisterUpload).where(left, RegisterUpload.state_since < before).order_by(RegisterUpload.id)
    ).all()
