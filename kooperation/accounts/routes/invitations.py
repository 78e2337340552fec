"""Inviting to a municipality, and what whoever was invited sees."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy, queries
from kooperation.accounts.forms import EmptyForm, InviteForm, NewAccountForm
from kooperation.accounts.guard import act_for, begin_writing, current_user, enter, guarded, public
from kooperation.accounts.models import Invitation
from kooperation.accounts.routes.blueprint import bp, me, municipality_at
from kooperation.accounts.routes.members import PAGE
from kooperation.accounts.services import invitations, signing_in, users
from kooperation.accounts.services.signing_in import hash_token
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation, refusals_shown_on
from kooperation.base.forms import BaseForm
from kooperation.base.i18n import _
from kooperation.base.web import reads_first
from kooperation.parties.models import Municipality


def _load_invitation(key: str, name: str, number: int) -> Invitation | None:
    municipality, found = municipality_at(key, name), queries.invitation_by_id(number)
    return found if municipality is not None and found is not None and found.municipality == municipality else None


@bp.route(f"{PAGE}einladen/", methods=["GET", "POST"])
@guarded(policy.decides_at, load=municipality_at, see=policy.sees_members)
def invite(municipality: Municipality) -> ResponseReturnValue:
    """Invite somebody by mail; the answer is the same whether or not the address has an account."""
    form = InviteForm()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            invitation = invitations.invite(
                form.email.data, municipality, form.role.data, message=form.message.data or "", actor=me(), at=now()
            )
            db.session.commit()
            flash(_("Die Einladung an %(address)s ist unterwegs.", address=invitation.address), "success")
            return _back(municipality)
    return render_template("accounts/invite.html", municipality=municipality, form=form)


@bp.post(f"{PAGE}einladungen/<int:number>/noch-einmal/")
@guarded(policy.decides_over_invitation, load=_load_invitation, see=policy.sees_invitation)
def resend_invitation(invitation: Invitation) -> ResponseReturnValue:
    """Mail a new link; the old one ends."""
    place = invitation.municipality
    assert place is not None, "it was found by its municipality"
    if EmptyForm().validate_on_submit():
        try:
            invitations.resend(invitation, actor=me(), at=now())
        except RuleViolation as refusal:
            db.session.rollback()
            flash(_(refusal.message), "warning")
        else:
            db.session.commit()
            flash(_("Die Einladung an %(address)s ist noch einmal unterwegs.", address=invitation.address), "success")
    return _back(place)


@bp.route(f"{PAGE}einladungen/<int:number>/zurueckziehen/", methods=["GET", "POST"])
@guarded(policy.decides_over_invitation, load=_load_invitation, see=policy.sees_invitation)
def withdraw_invitation(invitation: Invitation) -> ResponseReturnValue:
    """Ask once, then take an invitation back."""
    place = invitation.municipality
    assert place is not None, "it was found by its municipality"
    form = EmptyForm()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            invitations.withdraw(invitation, actor=me(), at=now())
            db.session.commit()
            flash(_("Die Einladung an %(address)s ist zurückgezogen.", address=invitation.address), "success")
            return _back(place)
    return render_template("accounts/withdraw_invitation.html", invitation=invitation, municipality=place, form=form)


@bp.route("/einladung/<token>", methods=["GET", "POST"])
@public
@reads_first
def invitation(token: str) -> ResponseReturnValue:
    """What one is invited to, and the way in; following the link changes nothing."""
    held = queries.invitation_by_token(hash_token(token), now())
    if held is None:
        return render_template("accounts/invitation_expired.html"), 404
    user = current_user()
    is_known = queries.user_by_address(held.address) is not None
    form = EmptyForm() if user is not None or is_known else NewAccountForm()
    if form.validate_on_submit():
        if user is None and is_known:
            return redirect(url_for(".sign_in", weiter=url_for(".invitation", token=token)))
        with refusals_shown_on(form):
            chosen = None
            if user is None:
                chosen = users.hash_new(form.password.data, address=held.address, name=form.name.data)
            begin_writing()
            held = queries.invitation_by_token(hash_token(token), now())
            if held is not None:
                _accept(held, form, chosen)
                return _welcome(held)
        held = queries.invitation_by_token(hash_token(token), now())
        if held is None:
            return render_template("accounts/invitation_expired.html"), 404
    page = render_template("accounts/invitation.html", invitation=held, token=token, form=form, is_known=is_known)
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/einladung/<token>/ablehnen/", methods=["GET", "POST"])
@public
def decline_invitation(token: str) -> ResponseReturnValue:
    """Ask once, then turn an invitation down, with an account or without."""
    held = queries.invitation_by_token(hash_token(token), now())
    if held is None:
        return render_template("accounts/invitation_expired.html"), 404
    form = EmptyForm()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            invitations.decline(held, current_user(), at=now())
            db.session.commit()
            flash(_("Sie haben die Einladung abgelehnt."), "success")
            return redirect(url_for("cockpit.start"))
    answer = make_response(render_template("accounts/decline_invitation.html", invitation=held, token=token, form=form))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _accept(held: Invitation, form: BaseForm, password_hash: str | None) -> None:
    """Let in whoever is signed in, or came by the link and chose a password, who is signed in then; and commit."""
    user = current_user()
    if user is not None:
        invitations.accept(held, user, at=now())
        db.session.commit()
        return
    assert password_hash is not None, "begin_writing lets nobody on whose sign-in ended"
    user = invitations.accept_anew(held, form.values["name"], password_hash=password_hash, at=now())
    token = signing_in.open_session(user, browser=request.user_agent.string, at=now())
    db.session.commit()
    enter(user, token)


def _welcome(held: Invitation) -> ResponseReturnValue:
    place = held.municipality
    if place is None:
        flash(_("Sie verwalten jetzt diese Instanz."), "success")
        return redirect(url_for("administration.overview"))
    act_for(place)
    flash(_("Willkommen: Sie gehören jetzt zu %(name)s.", name=place.display_name), "success")
    return redirect(url_for("cockpit.start"))


def _back(municipality: Municipality) -> ResponseReturnValue:
    return redirect(url_for(".members", key=municipality.key, name=municipality.slug))
