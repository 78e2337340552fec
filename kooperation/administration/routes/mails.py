"""The outbox: what waits, what was sent, what did not arrive; never the text of a mail."""

from collections.abc import Callable, Iterator
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy
from kooperation.accounts.guard import guarded, safe_target
from kooperation.accounts.routes.blueprint import me
from kooperation.administration.forms import EmptyForm, read_mail_filter
from kooperation.administration.routes.blueprint import bp, download, refuse
from kooperation.administration.services import mails as services
from kooperation.base.db import BERLIN, db, now
from kooperation.base.errors import RuleViolation
from kooperation.base.export import Cell
from kooperation.base.i18n import _
from kooperation.base.mail import reading, writing
from kooperation.base.mail.reading import MailFilter, MailRow, MailState
from kooperation.base.paging import page_number
from kooperation.base.text import N_
from kooperation.base.web import query_url

STATES = {
    MailState.WAITING: N_("wartet"),
    MailState.SENT: N_("gesendet"),
    MailState.FAILED: N_("nicht angekommen"),
    MailState.GIVEN_UP: N_("aufgegeben"),
}
KINDS = {
    MailState.WAITING: "info",
    MailState.SENT: "success",
    MailState.FAILED: "danger",
    MailState.GIVEN_UP: "neutral",
}
"""The kinds of badges that states are shown as."""
EXPORT_HEADING = ("Empfänger", "Betreff", "Stand", "Geschrieben", "Versuche", "Gesendet", "Gescheitert", "Grund")


@bp.get("/verwaltung/mails/", endpoint="mails")
@guarded(policy.administers)
def list_mails() -> ResponseReturnValue:
    """The mails of the outbox, the newest first."""
    wanted = read_mail_filter(request.args)
    return render_template(
        "administration/mails.html",
        page=reading.mails(wanted, page_number(request.args)),
        wanted=wanted,
        chips_chosen=[(label, query_url(**{name: None})) for name, label in _chosen(wanted)],
        states=[(state.value, _(label)) for state, label in STATES.items()],
        STATES=STATES,
        KINDS=KINDS,
        button_form=EmptyForm(formdata=None),
    )


@bp.get("/verwaltung/mails/export.<any(csv, xlsx):extension>")
@guarded(policy.administers)
def export_mails(extension: str) -> ResponseReturnValue:
    """Exactly the mails that the filtered list shows, on all its pages."""
    rows = [_export_row(row) for row in reading.all_mails(read_mail_filter(request.args))]
    return download("Mails", EXPORT_HEADING, rows, extension)


@bp.post("/verwaltung/mails/probe/")
@guarded(policy.administers)
def send_test_mail() -> ResponseReturnValue:
    """Send oneself a mail."""
    if EmptyForm().validate_on_submit():
        try:
            services.send_test(me())
            db.session.commit()
            said = _("Eine Mail an %(address)s ist unterwegs. In der Liste steht, ob sie ankam.", address=me().email)
            flash(said, "success")
        except RuleViolation as refusal:
            refuse(refusal)
    return redirect(url_for(".mails"))


def _load(number: int) -> MailRow | None:
    return reading.mail_by_id(number) if number < 2**31 else None


@bp.post("/verwaltung/mails/<int:number>/senden/")
@guarded(policy.administers, load=_load, see=policy.administers)
def retry_mail(row: MailRow) -> ResponseReturnValue:
    """Let a mail go out now."""
    return _changed(row, services.retry, _("Die Mail wird jetzt noch einmal gesendet."), nudge=True)


@bp.post("/verwaltung/mails/<int:number>/aufgeben/")
@guarded(policy.administers, load=_load, see=policy.administers)
def give_up_mail(row: MailRow) -> ResponseReturnValue:
    """Try a mail no more."""
    return _changed(row, services.give_up, _("Die Mail wird nicht mehr gesendet."))


def _changed(row: MailRow, change: Callable[..., None], said: str, *, nudge: bool = False) -> ResponseReturnValue:
    if EmptyForm().validate_on_submit():
        try:
            change(row, actor=me(), at=now())
            db.session.commit()
            flash(said, "success")
        except RuleViolation as refusal:
            refuse(refusal)
        else:
            if nudge:
                writing.nudge()
    return redirect(safe_target(request.form.get("weiter")) or url_for(".mails"))


def _chosen(wanted: MailFilter) -> Iterator[tuple[str, str]]:
    if wanted.text:
        yield "q", _("Gesucht: „%(text)s“", text=wanted.text)
    if wanted.state:
        yield "stand", _(STATES[wanted.state])


def _export_row(row: MailRow) -> tuple[Cell, ...]:
    times = (row.created_at, row.sent_at, row.failed_at)
    created, sent, failed = (_moment(one) for one in times)
    return row.recipient, row.subject, _(STATES[row.state]), created, row.attempts, sent, failed, row.last_error


def _moment(at: datetime | None) -> str | None:
    return f"{at.astimezone(BERLIN):%d.%m.%Y %H:%M}" if at else None
