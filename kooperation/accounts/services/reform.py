"""What a territorial reform does to memberships, consent, requests, registrations and invitations."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update

from kooperation.accounts import queries, rules
from kooperation.accounts.models import Consent, Inheritance, Invitation, JoinRequest, Membership, Registration
from kooperation.accounts.rules import InvitationState, RequestState
from kooperation.accounts.services import invitations, joining
from kooperation.audit import services as audit
from kooperation.base.db import db
from kooperation.base.errors import RuleViolation
from kooperation.parties.models import Municipality

REFORM = audit.SystemActor(rules.REFORM)


def follow(gone: Municipality, successors: Sequence[Municipality], *, at: datetime) -> None:
    """Let the members of a dissolved municipality go on at its successor; several wait for each member's choice.

    Nothing happens while no successor is known. Consent given by and to the municipality ends; requests and
    invitations go along to a single successor or are closed. The caller commits.
    """
    if not successors:
        return
    _end_consents(gone, at)
    _follow_requests(gone, successors, at)
    _follow_invitations(gone, successors, at)
    for dissolved in {gone, *_passed_on(gone)}:
        _offer(dissolved, gone, successors)


def choose(membership: Membership, successor: Municipality, *, actor: audit.Actor) -> None:
    """Go on at one of the successors of a dissolved municipality, with the same role. The caller commits.

    Refuses one that did not take its place (RuleViolation).
    """
    if successor.id not in {one.id for one in queries.successors_to_choose(membership.municipality)}:
        raise RuleViolation(
            f"{successor.display_name} ist nicht an die Stelle von {membership.municipality.display_name} getreten.",
            "successor",
        )
    _move(membership, successor, actor)


def merge(from_id: int, into_id: int, *, at: datetime) -> None:
    """Two rows turned out to be one body: point at the one that stays, which goes on. The caller commits."""
    young, kept = db.session.get_one(Municipality, from_id), db.session.get_one(Municipality, into_id)
    for membership in queries.members_of(young):
        _move(membership, kept, REFORM)
    for consent in db.session.scalars(select(Consent).where(_concerns(young))):
        _repoint_consent(consent, young, kept, at)
    for request in db.session.scalars(select(JoinRequest).where(JoinRequest.municipality_id == young.id)):
        _repoint_request(request, kept, at)
    for invitation in db.session.scalars(select(Invitation).where(Invitation.municipality_id == young.id)):
        _repoint_invitation(invitation, kept, at)
    _repoint_registrations(young, kept)
    ended = Inheritance.dissolved_id.in_((from_id, into_id))
    db.session.execute(delete(Inheritance).where(ended))
    for option in db.session.scalars(select(Inheritance).where(Inheritance.successor_id == from_id)):
        if db.session.get(Inheritance, (option.dissolved_id, into_id)) is None:
            db.session.add(Inheritance(dissolved_id=option.dissolved_id, successor_id=into_id))
        db.session.delete(option)
    db.session.flush()


def _passed_on(gone: Municipality) -> list[Municipality]:
    """The municipalities dissolved earlier whose members may have chosen this one."""
    earlier = select(Municipality).join(Inheritance, Inheritance.dissolved_id == Municipality.id)
    return list(db.session.scalars(earlier.where(Inheritance.successor_id == gone.id).order_by(Municipality.id)))


def _offer(dissolved: Municipality, gone: Municipality, successors: Sequence[Municipality]) -> None:
    """Put the successors in the place of one that is gone; whoever has but one left goes there at once."""
    open_ones = {one.id: one for one in queries.successors_to_choose(dissolved)} | {one.id: one for one in successors}
    open_ones.pop(gone.id, None)
    db.session.execute(delete(Inheritance).where(Inheritance.dissolved_id == dissolved.id))
    if len(open_ones) > 1:
        db.session.add_all(Inheritance(dissolved_id=dissolved.id, successor_id=number) for number in sorted(open_ones))
    else:
        (only,) = open_ones.values()
        for membership in queries.members_of(dissolved):
            _move(membership, only, REFORM)
    db.session.flush()


def _move(membership: Membership, to: Municipality, actor: audit.Actor) -> None:
    """Move a membership; where there is one already, the higher role stays."""
    user, origin, role = membership.user, membership.municipality, membership.role
    held = queries.membership_at(to, user.id)
    if held is None:
        membership.municipality = to
    else:
        held.role = max(held.role, role)
        db.session.delete(membership)
    db.session.flush()
    db.session.expire(user, ["memberships"])
    audit.record(
        actor,
        "membership.moved",
        user,
        label=f"{user.name}, {to.display_name}",
        kept=audit.Kept(to.id),
        before={"municipality": origin.key, "role": role.name.lower()},
        after={"municipality": to.key, "role": (held.role if held else role).name.lower()},
    )


def _concerns(municipality: Municipality) -> ColumnElement[bool]:
    return or_(Consent.municipality_id == municipality.id, Consent.caretaker_id == municipality.id)


def _end_consents(gone: Municipality, at: datetime) -> None:
    for consent in db.session.scalars(select(Consent).where(_concerns(gone), Consent.withdrawn_at.is_(None))):
        _end(consent, at)


def _end(consent: Consent, at: datetime) -> None:
    consent.withdrawn_at = at
    giver = consent.municipality
    before = {"to": consent.caretaker.key}
    audit.record(REFORM, "consent.ended", giver, label=giver.display_name, kept=audit.Kept(giver.id), before=before)


def _repoint_consent(consent: Consent, young: Municipality, kept: Municipality, at: datetime) -> None:
    giver = kept if consent.municipality_id == young.id else consent.municipality
    taker = kept if consent.caretaker_id == young.id else consent.caretaker
    if consent.withdrawn_at is None and queries.open_consent(giver, taker) is not None:
        _end(consent, at)
    consent.municipality, consent.caretaker = giver, taker
    db.session.flush()


def _follow_requests(gone: Municipality, successors: Sequence[Municipality], at: datetime) -> None:
    waiting = select(JoinRequest).where(JoinRequest.municipality_id == gone.id, JoinRequest.state == RequestState.OPEN)
    for request in db.session.scalars(waiting):
        if len(successors) == 1:
            _repoint_request(request, successors[0], at)
        else:
            names = ", ".join(one.display_name for one in successors)
            _close(request, f"{gone.display_name} ist aufgelöst. An ihre Stelle getreten sind: {names}.", at)
            joining.tell_declined(request)
    db.session.flush()


def _repoint_request(request: JoinRequest, to: Municipality, at: datetime) -> None:
    if request.state is RequestState.OPEN and queries.open_request(request.user, to) is not None:
        _close(request, f"Ihre Anfrage an {to.display_name} wartet schon auf eine Entscheidung.", at)
    request.municipality = to
    db.session.flush()


def _follow_invitations(gone: Municipality, successors: Sequence[Municipality], at: datetime) -> None:
    waiting = select(Invitation).where(Invitation.municipality_id == gone.id, Invitation.state == InvitationState.OPEN)
    for invitation in db.session.scalars(waiting):
        if len(successors) == 1:
            _repoint_invitation(invitation, successors[0], at)
        else:
            _close_invitation(invitation, at)
    if len(successors) == 1:
        _repoint_registrations(gone, successors[0])


def _repoint_invitation(invitation: Invitation, to: Municipality, at: datetime) -> None:
    is_open = invitation.state is InvitationState.OPEN
    if is_open and queries.open_invitation(invitation.address, to) is not None:
        _close_invitation(invitation, at)
    invitation.municipality = to
    db.session.flush()


def _close_invitation(invitation: Invitation, at: datetime) -> None:
    place = invitation.municipality
    assert place is not None, "a reform looks at invitations to a municipality alone"
    invitations.close(invitation, InvitationState.CLOSED, at=at)
    label = f"{invitation.address}, {place.display_name}"
    audit.record(REFORM, "invitation.closed", invitation, label=label, kept=audit.Kept(place.id))


def _repoint_registrations(gone: Municipality, to: Municipality) -> None:
    waiting = update(Registration).where(Registration.municipality_id == gone.id)
    db.session.execute(waiting.values(municipality_id=to.id))


def _close(request: JoinRequest, reason: str, at: datetime) -> None:
    request.state, request.reason, request.decided_at = RequestState.DECLINED, reason[:500], at
    label = f"{request.user.name}, {request.municipality.display_name}"
    audit.record(REFORM, "request.closed", request, label=label, kept=audit.Kept(request.municipality_id))
