"""What the worker does with uploaded register files: read and plan them, apply what was agreed to, clear out."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app
from huey import crontab

from kooperation.audit.services import Actor, SystemActor
from kooperation.base import arrivals
from kooperation.base.config import Config
from kooperation.base.db import db, now, reading
from kooperation.base.errors import RuleViolation
from kooperation.base.i18n import _
from kooperation.base.jobs import huey
from kooperation.base.progress import Progress
from kooperation.register.parse import UnreadableFile
from kooperation.register.parse.apart import read_apart
from kooperation.register.queries import uploads as queries
from kooperation.register.rules.uploads import UploadState
from kooperation.register.services import plans, uploads
from kooperation.register.services.plans import FilePlan

log = logging.getLogger(__name__)

_LAST_STEPS_PER_HUNDRED = 40
"""Successors and the search come after the rows, and take about as long as so many of a hundred rows."""
_TRIES = 3


def upload_folder() -> Path:
    """Where uploaded files lie."""
    config: Config = current_app.extensions["kooperation"]
    return config.instance / "uploads"


# Whoever uploads or agrees calls it at once. Every minute it finds what was agreed to by a process that was killed
# before it could call.
@huey.periodic_task(crontab(minute="*"))
def work_off_uploads() -> None:
    """Read and plan, or apply, what waits for it, one after the other."""
    with reading():
        numbers = queries.not_begun()
    for number in numbers:
        _work_off(number)


@huey.periodic_task(crontab(hour="3", minute="20"))
def clear_out_uploads() -> None:
    """Remove what was left for too long, and files that nothing refers to."""
    names = uploads.clear_out(now())
    db.session.commit()
    for name in names:
        arrivals.discard(upload_folder(), name)
    with reading():
        known = queries.kept_files()
    arrivals.discard_forgotten(upload_folder(), known)


def _work_off(number: int) -> None:
    run = secrets.token_urlsafe(16)
    upload = uploads.claim(number, run, at=now())
    if upload is None:
        db.session.rollback()
        return
    is_agreed, agreed_to = upload.state is UploadState.APPLYING, upload.fingerprint
    name, stored_as = upload.file_name, upload.stored_as
    db.session.commit()
    with _failures_told(number, run):
        progress = Progress.start(_("Die Datei wird gelesen"), 0, run, title=name)
        plan = _planned(number, run, name, stored_as, progress)
        if plan is None:
            return
        if is_agreed:
            _apply(number, run, plan, agreed_to, progress)
        else:
            _keep_plan(number, run, plan)
            progress.finish(_("Der Plan ist fertig"))


def _planned(number: int, run: str, name: str, stored_as: str | None, progress: Progress) -> FilePlan | None:
    """The plan of the file; None where the file is refused or gone, which is noted."""
    try:
        data = (upload_folder() / (stored_as or "")).read_bytes()
    except OSError:
        log.exception("upload %s cannot be read", number)
        _note_failure(number, run, _("Die Datei ist auf diesem Rechner nicht zu finden. Bitte laden Sie sie neu hoch."))
        return None
    try:
        file = read_apart(data, name)
        progress.step(0, _("Der Plan entsteht"))
        with reading():
            return plans.plan_file(file)
    except (UnreadableFile, RuleViolation) as refusal:
        db.session.rollback()
        upload = uploads.held(number, run)
        removed = uploads.refuse(upload, refusal, at=now()) if upload else None
        db.session.commit()
        _remove(removed)
        progress.finish(_("Die Datei wird nicht übernommen"))
        return None


def _apply(number: int, run: str, plan: FilePlan, agreed_to: str | None, progress: Progress) -> None:
    """Apply the plan in one transaction where it is the one that was agreed to; otherwise ask anew."""
    for _try in range(_TRIES):
        if plan.fingerprint != agreed_to:
            break
        try:
            _apply_once(number, run, plan, progress)
        except RuleViolation:
            # Another import came in between; what was agreed to may still be what is to be done.
            db.session.rollback()
            with reading():
                plan = plans.plan_file(plan.planned.file)
        else:
            return
    _keep_plan(number, run, plan, _("Das Register hat sich seit der Zustimmung geändert. Das ist der neue Plan."))
    progress.finish(_("Der Plan ist neu"))


def _apply_once(number: int, run: str, plan: FilePlan, progress: Progress) -> None:
    whole = plan.work + plan.work * _LAST_STEPS_PER_HUNDRED // 100 + 1
    progress = Progress.start(_("Einheiten werden geschrieben"), whole, run, title=plan.planned.file.name)
    upload = uploads.held(number, run)
    if upload is None:
        db.session.rollback()
        return
    actor: Actor = upload.decided_by or SystemActor(_("Hintergrunddienst"))
    written = 0

    def count(rows: int) -> None:
        nonlocal written
        written += rows
        last = written >= plan.work
        progress.step(written, _("Nachfolge und Suche werden auf den Stand gebracht") if last else None)

    applied = plans.apply_plan(plan, actor=actor, progress=count)
    removed = uploads.finish(upload, applied, at=now())
    db.session.commit()
    _remove(removed)
    progress.finish(_("Übernommen"))


def _keep_plan(number: int, run: str, plan: FilePlan, message: str | None = None) -> None:
    upload = uploads.held(number, run)
    if upload is not None:
        uploads.keep_plan(upload, plan, at=now(), message=message)
    db.session.commit()


@contextmanager
def _failures_told(number: int, run: str) -> Iterator[None]:
    """Whatever goes wrong is noted at the upload, and then goes on into the log."""
    try:
        yield
    except Exception:
        db.session.rollback()
        message = _("Ein Fehler hat das Lesen oder Übernehmen abgebrochen; am Register wurde nichts geändert.")
        _note_failure(number, run, message)
        raise


def _note_failure(number: int, run: str, message: str) -> None:
    upload = uploads.held(number, run)
    if upload is not None:
        uploads.fail(upload, message, at=now())
    db.session.commit()


def _remove(name: str | None) -> None:
    if name:
        arrivals.discard(upload_folder(), name)
