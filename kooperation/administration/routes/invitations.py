"""Inviting to look after the instance, or to be the first at a municipality; and all invitations that are open."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy, queries
from kooperation.accounts.guard import guarded
from kooperation.accounts.models import Invitation
from kooperation.accounts.routes.blueprint import me
from kooperation.accounts.services import invitations
from kooperation.administration.forms import EmptyForm, InviteAnywhereForm
from kooperation.administration.routes.blueprint import bp, refuse
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation, refusals_shown_on
from kooperation.base.i18n import _
from kooperation.base.paging import page_number
from kooperation.parties.queries import municipality_by_key

ONE = "/verwaltung/einladungen/<int:number>/"


def _load(number: int) -> Invitation | None:
    return queries.invitation_by_id(number) if number < 2**31 else None


@bp.get("/verwaltung/einladungen/", endpoint="invitations")
@guarded(policy.administers)
def list_invitations() -> ResponseReturnValue:
    """The open invitations, also expired ones, in pages."""
    return render_template(
        "administration/invitations.html",
        page=queries.open_invitations(page_number(request.args)),
        at=now(),
        button_form=EmptyForm(formdata=None),
    )


@bp.route("/verwaltung/einladungen/neu/", methods=["GET", "POST"])
@guarded(policy.administers)
def invite() -> ResponseReturnValue:
    """Invite somebody by mail; the answer is the same whether or not the address has an account."""
    form = InviteAnywhereForm()
    if form.validate_on_submit():
        place = municipality_by_key(form.municipality.data or "")
        with refusals_shown_on(form):
            invitation = invitations.invite(
                form.email.data,
                place,
                form.role.data if place else None,
                message=form.message.data or "",
                is_admin=form.is_admin.data,
                actor=me(),
                at=now(),
            )
            db.session.commit()
            flash(_("Die Einladung an %(address)s ist unterwegs.", address=invitation.address), "success")
            return redirect(url_for(".invitations"))
    return render_template("administration/invite.html", form=form)


@bp.post(f"{ONE}noch-einmal/")
@guarded(policy.administers, load=_load, see=policy.administers)
def resend_invitation(invitation: Invitation) -> ResponseReturnValue:
    """Mail a new link; the old one ends."""
    if EmptyForm().validate_on_submit():
        try:
            invitations.resend(invitation, actor=me(), at=now())
            db.session.commit()
            flash(_("Die Einladung an %(address)s ist noch einmal unterwegs.", address=invitation.address), "success")
        except RuleViolation as refusal:
            refuse(refusal)
    return redirect(url_for(".invitations"))


@bp.route(f"{ONE}zurueckziehen/", methods=["GET", "POST"])
@guarded(policy.administers, load=_load, see=policy.administers)
def withdraw_invitation(invitation: Invitation) -> ResponseReturnValue:
    """Ask once, then take an invitation back."""
    form = EmptyForm()
    if form.validate_on_submit():
        with refusals_shown_on(form):
            invitations.withdraw(invitation, actor=me(), at=now())
            db.session.commit()
            flash(_("Die Einladung an %(address)s ist zurückgezogen.", address=invitation.address), "success")
            return redirect(url_for(".invitations"))
    return render_template("administration/withdraw_invitation.html", invitation=invitation, form=form)
