"""Merging two accounts of one person: the one goes, the other takes over what it had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from kooperation.accounts import queries
from kooperation.accounts.models import Invitation, JoinRequest, Membership, User
from kooperation.accounts.rules import RequestState, Role
from kooperation.accounts.services.erasure import forget_waiting
from kooperation.accounts.services.users import ensure_admin_remains, take_turn_of_administrators
from kooperation.audit import queries as log
from kooperation.audit import services as audit
from kooperation.audit.queries import LogFilter
from kooperation.base import hooks, mail
from kooperation.base.db import db
from kooperation.base.errors import RuleViolation
from kooperation.base.mail.forgetting import forget_address
from kooperation.parties.models import Municipality


@dataclass(frozen=True, slots=True)
class MovedMembership:
    """A membership that the account which stays takes over: its role there so far, and the one afterwards."""

    municipality: Municipality
    before: Role | None
    after: Role


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merger would do; ``refusal`` is the sentence where it would be refused.

    ``loses_admin`` says that the account which goes looks after the instance and the one that stays does not: that
    right is not taken over.
    """

    memberships: Sequence[MovedMembership]
    requests: Sequence[JoinRequest]
    log_entries: int
    loses_admin: bool
    refusal: str | None


def preview(from_user: User, into_user: User, *, actor: audit.Actor) -> Preview:
    """What merging one account into another would move, were it the actor who does it. Changes nothing."""
    try:
        _ensure_mergeable(from_user, into_user, actor)
    except RuleViolation as violation:
        refusal: str | None = violation.message
    else:
        refusal = None
    return Preview(
        memberships=[_moved(one, into_user) for one in from_user.memberships],
        requests=queries.all_requests_of(from_user),
        log_entries=log.count(LogFilter(actor=from_user.id)),
        loses_admin=from_user.is_admin and not into_user.is_admin,
        refusal=refusal,
    )


def merge(from_user: User, into_user: User, *, actor: audit.Actor, at: datetime) -> None:
    """Merge one account into another: memberships (the higher role wins), requests, and what the log says of it.

    What is left of the one account is removed, its sign-ins end, and both addresses are told by mail. The caller
    commits. Refuses an account into itself, one that is gone or was deactivated as the one that stays, to lose the last
    administrator, and to give the actor's own account a role that it does not have (RuleViolation).
    """
    take_turn_of_administrators(from_user, into_user)
    _ensure_mergeable(from_user, into_user, actor)
    for membership in list(from_user.memberships):
        _move(membership, into_user, actor)
    for request in queries.all_requests_of(from_user):
        _repoint(request, into_user, actor, at)
    made = update(Invitation).where(Invitation.invited_by_id == from_user.id)
    db.session.execute(made.values(invited_by_id=into_user.id))
    hooks.users_merged(from_user.id, into_user.id)
    audit.repoint_actor(from_user.id, into_user.id)
    audit.repoint_records("User", from_user.id, into_user.id)
    before, after = {"name": from_user.name}, {"name": into_user.name}
    audit.record(actor, "user.merged", into_user, label=into_user.name, before=before, after=after)
    address, name, language = from_user.email, from_user.name, from_user.mail_language
    _remove(from_user)
    last = mail.post(address, "accounts/merged", language=language, name=name, into=into_user.email)
    last.leaves_no_trace = True
    mail.post(
        into_user.email,
        "accounts/merged_into",
        language=into_user.mail_language,
        name=into_user.name,
        address=address,
    )


def _ensure_mergeable(from_user: User, into_user: User, actor: audit.Actor) -> None:
    if from_user.id == into_user.id:
        raise RuleViolation("Ein Konto lässt sich nicht mit sich selbst zusammenführen.", "into")
    if not into_user.is_active:
        raise RuleViolation(f"Das Konto von {into_user.name} ist gesperrt. Wählen Sie ein anderes.", "into")
    if not into_user.is_admin:
        ensure_admin_remains(from_user)
    moved = [_moved(one, into_user) for one in from_user.memberships]
    if actor.id == into_user.id and any(one.before is None or one.after > one.before for one in moved):
        raise RuleViolation(
            "Mitgliedschaften übernimmt Ihr eigenes Konto nur, wenn jemand anderes zusammenführt.", "into"
        )


def _moved(membership: Membership, into_user: User) -> MovedMembership:
    before = into_user.role_at(membership.municipality_id)
    return MovedMembership(membership.municipality, before, max(before or membership.role, membership.role))


def _move(membership: Membership, into_user: User, actor: audit.Actor) -> None:
    moved = _moved(membership, into_user)
    place = moved.municipality
    held = queries.membership_at(place, into_user.id)
    if held is None:
        into_user.memberships.append(Membership(municipality=place, role=moved.after, since=membership.since))
    else:
        held.role, held.since = moved.after, min(held.since, membership.since)
    db.session.flush()
    audit.record(
        actor,
        "membership.merged",
        into_user,
        label=f"{into_user.name}, {place.display_name}",
        kept=audit.Kept(place.id),
        before={"role": moved.before.name.lower(), "municipality": place.key} if moved.before else None,
        after={"role": moved.after.name.lower(), "municipality": place.key},
    )


def _repoint(request: JoinRequest, into_user: User, actor: audit.Actor, at: datetime) -> None:
    """Let the request be the other account's; an open one that it does not need any more is closed."""
    place = request.municipality
    if request.state is RequestState.OPEN:
        has_it = (into_user.role_at(place.id) or 0) >= request.role
        if has_it or queries.open_request(into_user, place) is not None:
            request.state, request.decided_at = RequestState.DECLINED, at
            request.reason = "Das Konto wurde mit einem anderen zusammengeführt; diese Anfrage war damit überholt."
            label = f"{into_user.name}, {place.display_name}"
            audit.record(actor, "request.closed", request, label=label, kept=audit.Kept(place.id))
    request.user = into_user
    db.session.flush()


def _remove(user: User) -> None:
    """Remove an account that nothing hangs on any more; its address is forgotten in the outbox and in the log."""
    audit.forget_address(user.email)
    forget_address(user.email)
    forget_waiting(user.email)
    db.session.expire(user)
    db.session.delete(user)
    db.session.flush()
