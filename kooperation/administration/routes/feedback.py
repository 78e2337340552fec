"""What visitors report on the page about accessibility, and the list of it."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy
from kooperation.accounts.guard import current_user, guarded, public, safe_target
from kooperation.accounts.routes.blueprint import me
from kooperation.accounts.services.signing_in import Throttled
from kooperation.administration import queries
from kooperation.administration.forms import EmptyForm, FeedbackForm
from kooperation.administration.models import Feedback
from kooperation.administration.routes.blueprint import bp
from kooperation.administration.routes.legal import legal_values
from kooperation.administration.rules import LegalKind
from kooperation.administration.services import feedback as services
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation
from kooperation.base.i18n import _
from kooperation.base.paging import page_number

SHOWN = {"offen": False, "erledigt": True}
"""The parts of the list by the word in its address, and whether they are done."""


@bp.route("/barrierefreiheit/", methods=["GET", "POST"])
@public
def accessibility() -> ResponseReturnValue:
    """The statement about accessibility, and a form to report a barrier."""
    form = FeedbackForm(page=_cut(request.args.get("von", "")))
    status = 200
    if form.validate_on_submit():
        try:
            services.report(
                form.what.data,
                form.page.data or "",
                form.address.data or "",
                place=request.remote_addr or "",
                secret=current_app.config["SECRET_KEY"],
                at=now(),
            )
        except RuleViolation as refusal:
            db.session.rollback()
            status = 429 if isinstance(refusal, Throttled) else 200
            _show(form, refusal)
        else:
            db.session.commit()
            flash(_("Vielen Dank. Ihre Meldung ist angekommen, und wir kümmern uns darum."), "success")
            return redirect(url_for(".accessibility"))
    return render_template("administration/accessibility.html", form=form, **_values()), status


@bp.get("/verwaltung/rueckmeldungen/", endpoint="feedback")
@guarded(policy.administers)
def list_feedback() -> ResponseReturnValue:
    """What visitors reported, all of it or a part."""
    shown = request.args.get("stand", "")
    return render_template(
        "administration/feedback.html",
        page=queries.feedback(page_number(request.args), done=SHOWN.get(shown)),
        shown=shown if shown in SHOWN else "",
        local=safe_target,
        button_form=EmptyForm(formdata=None),
    )


def _load(number: int) -> Feedback | None:
    return queries.feedback_by_id(number) if number < 2**31 else None


@bp.post("/verwaltung/rueckmeldungen/<int:number>/erledigt/")
@guarded(policy.administers, load=_load, see=policy.administers)
def finish_feedback(feedback: Feedback) -> ResponseReturnValue:
    """Say that something reported is done."""
    return _set_done(feedback, True)


@bp.post("/verwaltung/rueckmeldungen/<int:number>/offen/")
@guarded(policy.administers, load=_load, see=policy.administers)
def reopen_feedback(feedback: Feedback) -> ResponseReturnValue:
    """Say that something reported is to be done after all."""
    return _set_done(feedback, False)


def _set_done(feedback: Feedback, done: bool) -> ResponseReturnValue:
    if EmptyForm().validate_on_submit():
        services.set_done(feedback, done, actor=me(), at=now())
        db.session.commit()
        flash(_("Die Rückmeldung ist erledigt.") if done else _("Die Rückmeldung ist wieder offen."), "success")
    return redirect(url_for(".feedback"))


def _values() -> dict[str, Any]:
    return {**legal_values(LegalKind.ACCESSIBILITY), "viewer_address": getattr(current_user(), "email", None)}


def _cut(address: str) -> str:
    return address.replace("\0", "")[:500]


def _show(form: FeedbackForm, refusal: RuleViolation) -> None:
    if refusal.field:
        form[refusal.field].errors = [_(refusal.message)]
    else:
        form.form_errors.append(_(refusal.message))
