"""Registering, and asking to be let in at a municipality."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts.forms import AskForm, RegisterForm
from kooperation.accounts.guard import current_user, public, signed_in
from kooperation.accounts.routes.blueprint import bp, me
from kooperation.accounts.services import joining
from kooperation.base.db import db, now
from kooperation.base.errors import refusals_shown_on
from kooperation.base.i18n import _
from kooperation.parties.models import Municipality
from kooperation.parties.queries import municipality_by_key


@bp.route("/registrieren/", methods=["GET", "POST"])
@public
def register() -> ResponseReturnValue:
    """Create an account and ask to be let in; the answer is the same where the address has an account."""
    if current_user() is not None:
        return redirect(url_for(".ask"))
    form = RegisterForm()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            joining.register(
                form.email.data,
                form.name.data,
                form.password.data,
                _chosen(form),
                role=form.role.data,
                note=form.note.data or "",
                at=now(),
            )
            db.session.commit()
            flash(
                _(
                    "Ihre Angaben sind gespeichert, sofern es zu dieser Adresse noch kein Konto gab. "
                    "Melden Sie sich jetzt an; unter „Mein Konto“ sehen Sie, ob Ihre Kommune Sie aufgenommen hat."
                ),
                "success",
            )
            return redirect(url_for(".sign_in"))
    return render_template("accounts/register.html", form=form)


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


def _chosen(form: AskForm) -> Municipality:
    municipality = municipality_by_key(form.municipality.data or "")
    assert municipality is not None, "the form takes only keys that exist"
    return municipality
