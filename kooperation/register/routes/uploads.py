"""The register's own pages under /verwaltung/: what was imported, what waits, and a file from upload to the end."""

import logging
from typing import NamedTuple

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy
from kooperation.accounts.guard import guarded
from kooperation.accounts.routes.blueprint import me
from kooperation.base import arrivals, jobs
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation, refusals_shown_on
from kooperation.base.export import as_csv, as_xlsx
from kooperation.base.i18n import _
from kooperation.base.paging import page_number
from kooperation.base.web import takes_up_to
from kooperation.register.forms import ApplyForm, ConfirmForm, UploadForm
from kooperation.register.jobs import upload_folder, work_off_uploads
from kooperation.register.models import RegisterUpload
from kooperation.register.parse import MAX_BYTES
from kooperation.register.queries import uploads as queries
from kooperation.register.routes.blueprint import bp
from kooperation.register.rules.uploads import BUSY, STATES, UploadState
from kooperation.register.services import uploads

log = logging.getLogger(__name__)

_FORM_AROUND_FILE = 64 * 1024
EXPORT_HEADING = ("Schlüssel", "Name", "Was geschieht")


class PlanPart(NamedTuple):
    """A section of a plan, as an address names it."""

    upload: RegisterUpload
    section: int
    title: str
    extension: str


def _upload(number: int) -> RegisterUpload | None:
    return queries.upload_by_id(number)


def _part(number: int, section: int, extension: str = "") -> PlanPart | None:
    upload = queries.upload_by_id(number)
    summary = upload.summary if upload else None
    if upload is None or summary is None or section >= len(summary.sections):
        return None
    return PlanPart(upload, section, summary.sections[section][0], extension)


administers = guarded(policy.administers)
at_upload = guarded(policy.administers, load=_upload, see=policy.administers)
in_section = guarded(policy.administers, load=_part, see=policy.administers)


@bp.get("/verwaltung/register/", endpoint="uploads")
@administers
def show_uploads() -> ResponseReturnValue:
    """What was imported, what waits, and what came of earlier files."""
    at = now()
    open_ones = queries.open_uploads()
    return render_template(
        "register/uploads.html",
        open_ones=open_ones,
        silent={one.id for one in open_ones if uploads.is_silent(one, at)},
        page=queries.ended_uploads(page_number(request.args)),
        editions=queries.editions(),
        change_files=queries.change_files(),
        worker_alive=_worker_alive(),
        STATES=STATES,
    )


@bp.route("/verwaltung/register/hochladen/", methods=["GET", "POST"])
@takes_up_to(MAX_BYTES + _FORM_AROUND_FILE)
@administers
def upload() -> ResponseReturnValue:
    """Take a file in, for the worker to read."""
    form = UploadForm()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            arrival = arrivals.keep(form.file.data.stream, upload_folder(), MAX_BYTES)
            try:
                received = uploads.receive(arrival, form.file.data.filename or "", user=me(), at=now())
                db.session.commit()
            except BaseException:
                arrivals.discard(upload_folder(), arrival.name)
                raise
            _call_worker()
            return redirect(url_for(".show_upload", number=received.id))
    return render_template("register/upload.html", form=form, worker_alive=_worker_alive())


@bp.get("/verwaltung/register/<int:number>/")
@at_upload
def show_upload(upload: RegisterUpload) -> ResponseReturnValue:
    """How far a file has come; its plan, with the question; or what came of it."""
    return _upload_page(upload, ApplyForm(formdata=None, fingerprint=upload.fingerprint))


@bp.get("/verwaltung/register/<int:number>/<int:section>/")
@in_section
def show_section(part: PlanPart) -> ResponseReturnValue:
    """All rows of a section of the plan, in pages."""
    return render_template(
        "register/upload_section.html",
        part=part,
        page=queries.rows_of(part.upload, part.section, page_number(request.args)),
    )


@bp.get("/verwaltung/register/<int:number>/<int:section>/export.<any(csv, xlsx):extension>")
@in_section
def export_section(part: PlanPart) -> ResponseReturnValue:
    """All rows of a section of the plan, to be looked through elsewhere."""
    rows = queries.all_rows_of(part.upload, part.section)
    name = f"plan-{part.upload.id}-{part.section + 1}.{part.extension}"
    if part.extension == "csv":
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(EXPORT_HEADING, rows), mimetype="text/csv", headers=headers)
    return send_file(as_xlsx("Plan", EXPORT_HEADING, rows), download_name=name, as_attachment=True)


@bp.post("/verwaltung/register/<int:number>/uebernehmen/")
@at_upload
def apply_upload(upload: RegisterUpload) -> ResponseReturnValue:
    """Agree to the plan that was shown; the worker applies it."""
    form, number = ApplyForm(), upload.id
    if form.validate_on_submit():
        try:
            uploads.approve(upload, form.fingerprint.data or "", understood=form.understood.data, user=me(), at=now())
        except RuleViolation as refusal:
            db.session.rollback()
            if refusal.field:
                form.understood.errors = [refusal.message]
                return _upload_page(upload, form)
            flash(refusal.message, "warning")
        else:
            db.session.commit()
            _call_worker()
    return redirect(url_for(".show_upload", number=number))


@bp.route("/verwaltung/register/<int:number>/verwerfen/", methods=["GET", "POST"])
@at_upload
def discard_upload(upload: RegisterUpload) -> ResponseReturnValue:
    """Ask whether a file is to be put aside, and do it."""
    form = ConfirmForm()
    if form.validate_on_submit():
        number = upload.id
        try:
            name = uploads.discard(upload, user=me(), at=now())
        except RuleViolation as refusal:
            db.session.rollback()
            flash(refusal.message, "warning")
            return redirect(url_for(".show_upload", number=number))
        db.session.commit()
        if name:
            arrivals.discard(upload_folder(), name)
        flash(_("Die Datei ist verworfen. Am Register hat sich nichts geändert."), "success")
        return redirect(url_for(".uploads"))
    return render_template("register/discard_upload.html", upload=upload, form=form)


@bp.post("/verwaltung/register/<int:number>/erneut/")
@at_upload
def restart_upload(upload: RegisterUpload) -> ResponseReturnValue:
    """Give a file that was left or broke off to the worker once more."""
    number = upload.id
    if ConfirmForm().validate_on_submit():
        try:
            uploads.restart(upload, user=me(), at=now())
        except RuleViolation as refusal:
            db.session.rollback()
            flash(refusal.message, "warning")
        else:
            db.session.commit()
            _call_worker()
    return redirect(url_for(".show_upload", number=number))


def _upload_page(upload: RegisterUpload, form: ApplyForm) -> str:
    is_busy = upload.state in BUSY
    return render_template(
        "register/show_upload.html",
        upload=upload,
        summary=upload.summary,
        rows=queries.first_rows(upload) if upload.plan else {},
        form=form,
        restart_form=ConfirmForm(formdata=None),
        is_busy=is_busy,
        is_silent=uploads.is_silent(upload, now()),
        news=uploads.news_of(upload),
        worker_alive=_worker_alive() if is_busy else True,
        STATES=STATES,
        UploadState=UploadState,
    )


def _call_worker() -> None:
    """Have the worker begin now; where its queue does not answer, it will look by itself."""
    try:
        work_off_uploads()
    except jobs.UNREACHABLE as error:
        log.warning("the worker could not be told of an upload and will find it by itself: %s", error)


def _worker_alive() -> bool:
    try:
        return jobs.worker_alive()
    except jobs.UNREACHABLE:
        return False
