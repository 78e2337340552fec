"""Register files that administrators upload: received, planned, decided about, and applied or not.

What the worker brings counts only as long as its run is the one that the upload is given to: a worker that was
thought dead and is not changes nothing any more.
"""

from datetime import datetime

from sqlalchemy import delete, insert

from kooperation.accounts.models import User
from kooperation.audit import services as audit
from kooperation.base import progress
from kooperation.base.arrivals import Arrival
from kooperation.base.db import db, wait_for_turn
from kooperation.base.errors import RuleViolation
from kooperation.base.jobs import UNREACHABLE
from kooperation.register.models import ChangeFile, Edition, RegisterUpload, RegisterUploadRow
from kooperation.register.parse import UnreadableFile
from kooperation.register.queries import uploads as queries
from kooperation.register.rules.uploads import (
    BUSY,
    KEPT_FOR,
    MOST_OPEN,
    OPEN,
    STATES,
    UploadState,
    cleaned_name,
)
from kooperation.register.services.plans import FilePlan

TURN = "register upload"
_BATCH = 5_000


def receive(arrival: Arrival, file_name: str, *, user: User, at: datetime) -> RegisterUpload:
    """Note a file that was kept, for the worker to read. The caller commits.

    Refuses one that waits already, and one too many (RuleViolation).
    """
    wait_for_turn(TURN)
    same = queries.open_with(arrival.sha256)
    if same is not None:
        by = same.uploaded_by.name if same.uploaded_by else "jemand"
        raise RuleViolation(f"Diese Datei liegt schon hier: {by} hat sie als „{same.file_name}“ hochgeladen.", "file")
    if queries.open_count() >= MOST_OPEN:
        raise RuleViolation(
            f"Es liegen schon {MOST_OPEN} Dateien hier. Übernehmen oder verwerfen Sie erst einige davon.", "file"
        )
    upload = RegisterUpload(
        uploaded_by=user,
        uploaded_at=at,
        file_name=cleaned_name(file_name),
        size=arrival.size,
        sha256=arrival.sha256,
        stored_as=arrival.name,
        state=UploadState.WAITING,
        state_since=at,
    )
    db.session.add(upload)
    db.session.flush()
    after = {"file_name": upload.file_name, "size": upload.size, "sha256": upload.sha256}
    audit.record(user, "register_upload.received", upload, label=upload.file_name, after=after)
    return upload


def approve(upload: RegisterUpload, shown: str, *, understood: bool, user: User, at: datetime) -> None:
    """Have the worker apply the plan that was shown, told by its fingerprint. The caller commits and calls it.

    Refuses another plan than that, one whose warnings were not agreed to, one that changes nothing, and while
    another upload is being applied (RuleViolation).
    """
    wait_for_turn(TURN)
    _renew(upload)
    summary = upload.summary
    if upload.state is not UploadState.PLANNED or summary is None:
        raise RuleViolation(_already(upload))
    if summary.is_empty:
        raise RuleViolation("Diese Datei ist schon eingelesen; es gibt nichts zu übernehmen.")
    if upload.fingerprint != shown:
        raise RuleViolation("Der Plan ist inzwischen ein anderer. Bitte sehen Sie ihn noch einmal an.")
    if summary.warnings and not understood:
        raise RuleViolation("Bitte bestätigen Sie, dass Sie die Warnungen gelesen haben.", "understood")
    other = queries.applying_but(upload)
    if other is not None:
        raise RuleViolation(f"Gerade wird „{other.file_name}“ übernommen. Warten Sie, bis das fertig ist.")
    upload.decided_by = user
    _move(upload, UploadState.APPLYING, at)
    _log(upload, "register_upload.approved", UploadState.PLANNED, user)


def discard(upload: RegisterUpload, *, user: User, at: datetime) -> str | None:
    """Put an upload aside; gives the name of its file, to be removed after the commit, which is the caller's.

    Refuses one that is being applied by a worker that lives, and one that has ended (RuleViolation).
    """
    wait_for_turn(TURN)
    _renew(upload)
    before = upload.state
    if before not in OPEN or (before is UploadState.APPLYING and not is_silent(upload, at)):
        raise RuleViolation(_already(upload))
    upload.decided_by = user
    name = _end(upload, UploadState.DISCARDED, at)
    _forget_plan(upload)
    _log(upload, "register_upload.discarded", before, user)
    return name


def restart(upload: RegisterUpload, *, user: User, at: datetime) -> None:
    """Give an upload to the worker once more: one that was left, or that broke off. The caller commits and calls it.

    What was being applied goes on with the plan that was agreed to; anything else is read anew. Refuses while a
    worker is at it, and where nothing is to be done (RuleViolation).
    """
    wait_for_turn(TURN)
    _renew(upload)
    before = upload.state
    if before is not UploadState.FAILED and not is_silent(upload, at):
        raise RuleViolation(_already(upload))
    _move(upload, UploadState.APPLYING if before is UploadState.APPLYING else UploadState.WAITING, at)
    _log(upload, "register_upload.restarted", before, user)


def news_of(upload: RegisterUpload) -> progress.State | None:
    """What the worker tells of its run; None where none is under way or its news cannot be read."""
    try:
        return progress.read(upload.run) if upload.run else None
    except UNREACHABLE:
        return None


def is_silent(upload: RegisterUpload, at: datetime) -> bool:
    """Whether the worker should be at it and was not heard of for so long that it was probably killed."""
    if upload.state not in BUSY:
        return False
    news = news_of(upload)
    last = max(upload.state_since.timestamp(), news.at if news else 0.0)
    return at.timestamp() - last > progress.SILENT_AFTER


def claim(number: int, run: str, *, at: datetime) -> RegisterUpload | None:
    """Give an upload that waits for the worker to this run; None where there is nothing to do. The caller commits."""
    upload = db.session.get(RegisterUpload, number, with_for_update=True, populate_existing=True)
    if upload is None or upload.state not in BUSY or upload.run is not None:
        return None
    if upload.state is UploadState.WAITING:
        _move(upload, UploadState.READING, at)
    upload.run = run
    return upload


def held(number: int, run: str) -> RegisterUpload | None:
    """The upload as long as it is given to this run, kept from others to the end of the transaction; else None."""
    upload = db.session.get(RegisterUpload, number, with_for_update=True, populate_existing=True)
    return upload if upload is not None and upload.run == run else None


def keep_plan(upload: RegisterUpload, plan: FilePlan, *, at: datetime, message: str | None = None) -> None:
    """Store a plan as it is shown, to be decided about. The caller commits."""
    _forget_plan(upload)
    upload.plan = plan.summary.as_json()
    upload.fingerprint = plan.fingerprint
    upload.decided_by = None
    _move(upload, UploadState.PLANNED, at)
    upload.message = message
    db.session.flush()
    rows = [
        {
            "upload_id": upload.id,
            "section": section_number,
            "position": position,
            "key": row.key,
            "name": row.name[:200],
            "text": row.text,
        }
        for section_number, section in enumerate(plan.sections)
        for position, row in enumerate(section.rows)
    ]
    for start in range(0, len(rows), _BATCH):
        db.session.execute(insert(RegisterUploadRow), rows[start : start + _BATCH])


def refuse(upload: RegisterUpload, refusal: UnreadableFile | RuleViolation, *, at: datetime) -> str | None:
    """Note why a file is not taken; gives the name of its file, to be removed after the commit."""
    name = _end(upload, UploadState.REFUSED, at)
    if isinstance(refusal, UnreadableFile):
        upload.problems = {"told": [str(problem) for problem in refusal.problems], "more": refusal.more}
    else:
        upload.message = refusal.message[:500]
    return name


def fail(upload: RegisterUpload, message: str, *, at: datetime) -> None:
    """Note that the worker broke off; the file stays, for another try. The caller commits."""
    _move(upload, UploadState.FAILED, at)
    upload.message = message[:500]


def finish(upload: RegisterUpload, applied: Edition | ChangeFile | None, *, at: datetime) -> str | None:
    """Note in the transaction that applied the plan what came of it; gives the name of the file, to be removed."""
    if isinstance(applied, Edition):
        upload.edition_id = applied.id
    elif isinstance(applied, ChangeFile):
        upload.change_file_id = applied.id
    return _end(upload, UploadState.APPLIED, at)


def clear_out(at: datetime) -> list[str]:
    """Let go of files and plans of which nobody has decided for long, and of plans long applied. The caller commits.

    Gives the names of the files to be removed after the commit.
    """
    names = []
    for upload in queries.left_since(at - KEPT_FOR):
        _forget_plan(upload)
        if upload.state in OPEN:
            names.append(_end(upload, UploadState.DISCARDED, at))
            upload.message = f"Nach {KEPT_FOR.days} Tagen ohne Entscheidung entfernt."
    return [name for name in names if name]


def _renew(upload: RegisterUpload) -> None:
    """Read the upload once more and keep others from it: it may have gone on since the page was made."""
    # Of the upload alone: who sent it and who decided are joined to it, and may be nobody.
    db.session.refresh(upload, with_for_update={"of": RegisterUpload})


def _move(upload: RegisterUpload, state: UploadState, at: datetime) -> None:
    upload.state, upload.state_since, upload.run, upload.message = state, at, None, None


def _end(upload: RegisterUpload, state: UploadState, at: datetime) -> str | None:
    _move(upload, state, at)
    name, upload.stored_as = upload.stored_as, None
    return name


def _forget_plan(upload: RegisterUpload) -> None:
    upload.plan = upload.fingerprint = None
    db.session.execute(delete(RegisterUploadRow).where(RegisterUploadRow.upload_id == upload.id))


def _already(upload: RegisterUpload) -> str:
    by = f" ({upload.decided_by.name})" if upload.decided_by else ""
    return f"Inzwischen hat sich etwas geändert. Die Datei „{upload.file_name}“: {STATES[upload.state][0]}{by}."


def _log(upload: RegisterUpload, event: str, before: UploadState, user: User) -> None:
    audit.record(
        user,
        event,
        upload,
        label=upload.file_name,
        before={"state": before.value},
        after={"state": upload.state.value},
    )
