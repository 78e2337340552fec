"""Registering, confirming one's address, asking to be let in at a municipality, and taking that back."""

from collections.abc import Callable

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy, queries
from kooperation.accounts.forms import AskForm, ConfirmForm, EmptyForm, RegisterForm, ResendForm
from kooperation.accounts.guard import begin_writing, current_user, enter, guarded, public, signed_in
from kooperation.accounts.models import JoinRequest
from kooperation.accounts.routes import timing
from kooperation.accounts.routes.blueprint import bp, me
from kooperation.accounts.rules import RequestState
from kooperation.accounts.services import joining, registering, signing_in, users
from kooperation.accounts.services.signing_in import Throttled, hash_token
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation, refusals_shown_on
from kooperation.base.i18n import _
from kooperation.base.web import reads_first
from kooperation.parties.models import Municipality
from kooperation.parties.queries import any_municipality, municipality_by_key


@bp.route("/registrieren/", methods=["GET", "POST"])
@public
@reads_first
def register() -> ResponseReturnValue:
    """Keep what somebody wants, and mail a link; the answer is the same where the address has an account."""
    if current_user() is not None:
        return redirect(url_for(".ask"))
    form = RegisterForm()
    if form.validate_on_submit():
        if _is_held_off(form, registering.ensure_not_held_off):
            return _register_page(form), 429
        with refusals_shown_on(form), timing.steady():
            password_hash = users.hash_new(form.password.data, address=form.email.data, name=form.name.data)
            begin_writing()
            if _is_held_off(form, registering.hold_off):
                return _register_page(form), 429
            registering.register(
                form.email.data,
                form.name.data,
                _chosen(form),
                password_hash=password_hash,
                role=form.role.data,
                note=form.note.data or "",
                at=now(),
            )
            db.session.commit()
            return _on_its_way()
    return _register_page(form)


def _register_page(form: RegisterForm) -> str:
    return render_template("accounts/register.html", form=form, has_register=any_municipality())


@bp.route("/registrieren/bestaetigung/", methods=["GET", "POST"])
@public
def resend_confirmation() -> ResponseReturnValue:
    """Say what to do after registering, and mail the link again; the answer is the same for every address."""
    form = ResendForm()
    if form.validate_on_submit():
        if _is_held_off(form, registering.hold_off):
            return render_template("accounts/resend_confirmation.html", form=form), 429
        with timing.steady():
            registering.send_again(form.email.data, at=now())
            db.session.commit()
            return _on_its_way()
    return render_template("accounts/resend_confirmation.html", form=form)


@bp.route("/registrieren/bestaetigung/<token>", methods=["GET", "POST"])
@public
@reads_first
def confirm_registration(token: str) -> ResponseReturnValue:
    """Make the account by the mailed link and the password; following the link changes nothing."""
    registration = queries.registration_by_token(hash_token(token), now())
    if registration is None:
        return render_template("accounts/registration_expired.html"), 404
    form = ConfirmForm()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            password = signing_in.matching(form.password.data, registration.password_hash)
            begin_writing()
            if queries.registration_by_token(hash_token(token), now()) is None:
                return render_template("accounts/registration_expired.html"), 404
            user, asked = registering.confirm(token, password=password, at=now())
            session_token = signing_in.open_session(user, browser=request.user_agent.string, at=now())
            db.session.commit()
            enter(user, session_token)
            flash(_("Ihre Adresse ist bestätigt, und Sie sind angemeldet."), "success")
            if asked is None:
                flash(_("Die Kommune ist inzwischen aufgelöst. Fragen Sie bitte bei der an, zu der sie nun gehört."))
            return redirect(url_for(".account"))
    page = render_template("accounts/confirm_registration.html", form=form, registration=registration)
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/konto/kommune/", methods=["GET", "POST"])
@signed_in
def ask() -> ResponseReturnValue:
    """Ask to be let in at a (further) municipality."""
    form = AskForm()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            joining.ask(me(), _chosen(form), role=form.role.data, note=form.note.data or "", at=now())
            db.session.commit()
            flash(_("Ihre Anfrage ist gestellt. Hier sehen Sie, was daraus wird."), "success")
            return redirect(url_for(".account"))
    return render_template("accounts/ask.html", form=form)


def _load(number: int) -> JoinRequest | None:
    found = queries.request_by_id(number)
    return found if found is not None and found.state is RequestState.OPEN else None


@bp.route("/konto/anfragen/<int:number>/zuruecknehmen/", methods=["GET", "POST"])
@guarded(policy.is_asker, load=_load, see=policy.is_asker)
def withdraw_request(asked: JoinRequest) -> ResponseReturnValue:
    """Ask once, then take one's own request back."""
    form = EmptyForm()
    if form.validate_on_submit():
        try:
            joining.withdraw(asked, actor=me(), at=now())
        except RuleViolation as refusal:
            db.session.rollback()
            flash(_(refusal.message), "warning")
        else:
            db.session.commit()
            flash(_("Ihre Anfrage an %(name)s ist zurückgenommen.", name=asked.municipality.display_name), "success")
        return redirect(url_for(".account"))
    return render_template("accounts/withdraw_request.html", asked=asked, form=form)


def _is_held_off(form: RegisterForm | ResendForm, hold_off: Callable[..., None]) -> bool:
    secret, place = current_app.config["SECRET_KEY"], request.remote_addr or ""
    try:
        hold_off(form.email.data, place=place, secret=secret, at=now())
    except Throttled as refusal:
        form.form_errors.append(_(refusal.message))
        return True
    return False


def _on_its_way() -> ResponseReturnValue:
    flash(_("Jetzt ist eine Mail an Sie unterwegs."), "success")
    return redirect(url_for(".resend_confirmation"))


def _chosen(form: AskForm) -> Municipality:
    municipality = municipality_by_key(form.municipality.data or "")
    assert municipality is not None, "the form takes only keys that exist"
    return municipality
