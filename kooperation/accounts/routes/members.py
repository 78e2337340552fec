"""Who belongs to a municipality, and who above may enter for it."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from kooperation.accounts import policy, queries
from kooperation.accounts.forms import ConsentForm, RemoveForm, RoleForm
from kooperation.accounts.guard import guarded
from kooperation.accounts.models import Membership
from kooperation.accounts.routes.blueprint import bp, me, municipality_at
from kooperation.accounts.services import members as services
from kooperation.accounts.services import users
from kooperation.base.db import db, now
from kooperation.base.errors import RuleViolation, refusals_shown_on
from kooperation.base.i18n import _
from kooperation.parties.models import Municipality
from kooperation.parties.queries import municipalities, municipality_by_key

PAGE = "/kommunen/<digits:key>-<name>/mitglieder/"


def _load_member(key: str, name: str, number: int) -> Membership | None:
    municipality = municipality_at(key, name)
    return queries.membership_at(municipality, number) if municipality else None


@bp.get(PAGE)
@guarded(policy.decides_at, load=municipality_at, see=policy.sees_members)
def members(municipality: Municipality) -> ResponseReturnValue:
    """The members with their roles, and the consents that were given and received."""
    above = [one for one in (municipality.association_id, municipality.district_id) if one != municipality.id]
    given = queries.consents_from(municipality)
    holding = {consent.caretaker_id: consent for consent in given if consent.withdrawn_at is None}
    return render_template(
        "accounts/members.html",
        municipality=municipality,
        members=queries.members_of(municipality),
        caretakers=[(one, holding.get(one.id)) for one in municipalities([one for one in above if one is not None])],
        given=given,
        received=queries.consents_to(municipality),
        is_manager=policy.manages(me(), municipality),
        consent_form=ConsentForm(formdata=None),
        invitations=queries.invitations_of(municipality),
        at=now(),
    )


@bp.route(f"{PAGE}<int:number>/", methods=["GET", "POST"])
@guarded(policy.decides_over, load=_load_member, see=policy.sees_membership)
def change_role(membership: Membership) -> ResponseReturnValue:
    """Give a member another role."""
    form = RoleForm(role=membership.role)
    if form.validate_on_submit():
        with refusals_shown_on(form):
            services.change_role(membership, form.role.data, actor=me(), confirmed=form.confirmed.data)
            db.session.commit()
            flash(_("Die Rolle von %(name)s ist geändert.", name=membership.user.name), "success")
            return _back(membership.municipality)
    return render_template(
        "accounts/member.html", membership=membership, form=form, is_last=queries.is_last_manager(membership)
    )


@bp.route(f"{PAGE}<int:number>/entfernen/", methods=["GET", "POST"])
@guarded(policy.decides_over, load=_load_member, see=policy.sees_membership)
def remove_member(membership: Membership) -> ResponseReturnValue:
    """Ask once, then take a member out."""
    form = RemoveForm()
    municipality = membership.municipality
    if form.validate_on_submit():
        with refusals_shown_on(form):
            name = membership.user.name
            services.remove(membership, actor=me(), confirmed=form.confirmed.data)
            db.session.commit()
            flash(_("%(name)s gehört nicht mehr zu %(place)s.", name=name, place=municipality.display_name), "success")
            return _back(municipality)
    return render_template(
        "accounts/remove_member.html", membership=membership, form=form, is_last=queries.is_last_manager(membership)
    )


@bp.post(f"{PAGE}einwilligung/erteilen/")
@guarded(policy.manages, load=municipality_at, see=policy.sees_members)
def give_consent(municipality: Municipality) -> ResponseReturnValue:
    """Let the Landkreis or Gemeindeverband enter for the municipality."""
    form = ConsentForm()
    if form.validate_on_submit():
        caretaker = _caretaker(form)
        try:
            users.give_consent(municipality, caretaker, actor=me(), at=now())
        except RuleViolation as refusal:
            db.session.rollback()
            flash(_(refusal.message), "warning")
        else:
            db.session.commit()
            flash(_("%(name)s darf jetzt für Sie eintragen.", name=caretaker.display_name), "success")
    return _back(municipality)


@bp.post(f"{PAGE}einwilligung/zuruecknehmen/")
@guarded(policy.manages, load=municipality_at, see=policy.sees_members)
def withdraw_consent(municipality: Municipality) -> ResponseReturnValue:
    """Take a consent back, with effect at once."""
    form = ConsentForm()
    if form.validate_on_submit():
        caretaker = _caretaker(form)
        consent = queries.open_consent(municipality, caretaker)
        if consent is not None:
            users.withdraw_consent(consent, municipality, actor=me(), at=now())
            db.session.commit()
            flash(_("%(name)s darf nicht mehr für Sie eintragen.", name=caretaker.display_name), "success")
    return _back(municipality)


def _caretaker(form: ConsentForm) -> Municipality:
    caretaker = municipality_by_key(form.caretaker.data or "")
    if caretaker is None:
        abort(404)
    return caretaker


def _back(municipality: Municipality) -> ResponseReturnValue:
    """To the list of members, or to one's own account for whoever may not see it any more."""
    if policy.decides_at(me(), municipality):
        return redirect(url_for(".members", key=municipality.key, name=municipality.slug))
    return redirect(url_for(".account"))
