"""Asking to be let in at a municipality, and deciding about it."""

from datetime import datetime
from typing import Any

from kooperation.accounts import policy, queries
from kooperation.accounts.models import JoinRequest, Membership, User
from kooperation.accounts.rules import RequestState, Role, ensure_takes_part
from kooperation.accounts.services import users
from kooperation.audit import services as audit
from kooperation.base import mail
from kooperation.base.db import db
from kooperation.base.errors import RuleViolation
from kooperation.parties.models import Municipality


def ask(user: User, municipality: Municipality, *, role: Role, note: str, at: datetime) -> JoinRequest:
    """Ask for a role at a municipality. The caller commits.

    Refuses a municipality that nobody can belong to, a role that the user has there already, and a second request
    while one is open (RuleViolation).
    """
    name = municipality.display_name
    ensure_takes_part(name, municipality.dissolved_on, municipality.inhabited)
    users.take_turn(user)
    if (user.role_at(municipality.id) or 0) >= role:
        raise RuleViolation(f"Sie sind bei {name} schon mit dieser Rolle aufgenommen.", "municipality")
    if queries.open_request(user, municipality) is not None:
        raise RuleViolation(f"Ihre Anfrage an {name} wartet schon auf eine Entscheidung.", "municipality")
    request = JoinRequest(user=user, municipality=municipality, role=role, note=note.strip(), asked_at=at)
    db.session.add(request)
    db.session.flush()
    audit.record(
        user, "request.made", request, label=_label(request), kept=_kept(request), after={"role": role.name.lower()}
    )
    return request


def withdraw(request: JoinRequest, *, actor: User, at: datetime) -> None:
    """Take one's own request back. The caller commits.

    Refuses a request that was decided already (RuleViolation).
    """
    _ensure_open(request)
    _close(request, RequestState.WITHDRAWN, at)
    audit.record(actor, "request.withdrawn", request, label=_label(request), kept=audit.Kept(request.municipality_id))


def fulfil(user: User, municipality: Municipality, *, actor: audit.Actor, at: datetime) -> None:
    """Close what a user asks of a municipality, because they were let in another way. The caller commits."""
    request = queries.open_request(user, municipality)
    if request is not None:
        _close(request, RequestState.GRANTED, at)
        audit.record(actor, "request.fulfilled", request, label=_label(request), kept=audit.Kept(municipality.id))


def approve(request: JoinRequest, role: Role, *, actor: User, at: datetime) -> Membership:
    """Let somebody in with a role, which need not be the one wished for, and tell them by mail. The caller commits.

    Refuses one's own request where somebody else can decide, a request that was decided already, and a municipality
    that has come to an end (RuleViolation).
    """
    _ensure_decides(actor, request)
    _ensure_open(request)
    membership = users.grant(request.user, request.municipality, role, actor=actor)
    _close(request, RequestState.GRANTED, at)
    kept, after = audit.Kept(request.municipality_id), {"role": role.name.lower()}
    # Who let themselves in is seen in the log at once, without comparing who asked and who decided.
    event = "request.granted_to_oneself" if actor.id == request.user_id else "request.granted"
    audit.record(actor, event, request, label=_label(request), kept=kept, after=after)
    _tell(request, "accounts/request_granted", role=role)
    return membership


def decline(request: JoinRequest, reason: str, *, actor: User, at: datetime) -> None:
    """Let somebody not in; the reason is shown to them and mailed. The caller commits.

    Refuses one's own request where somebody else can decide, and a request that was decided already (RuleViolation).
    """
    _ensure_decides(actor, request)
    _ensure_open(request)
    request.reason = reason.strip()
    _close(request, RequestState.DECLINED, at)
    audit.record(actor, "request.declined", request, label=_label(request), kept=audit.Kept(request.municipality_id))
    tell_declined(request)


def tell_declined(request: JoinRequest) -> None:
    """Mail to whoever asked that they were not let in, and why. The caller commits."""
    _tell(request, "accounts/request_declined", reason=request.reason)


def _tell(request: JoinRequest, template: str, **values: Any) -> None:
    user = request.user
    if user.is_active:
        place = request.municipality
        mail.post(user.email, template, language=user.mail_language, name=user.name, place=place, **values)


def _ensure_decides(actor: User, request: JoinRequest) -> None:
    if actor.id == request.user_id and not policy.decides_about(actor, request):
        raise RuleViolation("Über die eigene Anfrage entscheidet jemand anderes.")


def _ensure_open(request: JoinRequest) -> None:
    users.take_turn(request.user)
    # Two people may decide at the same time: the second one waits here for the first.
    db.session.refresh(request, ["state"], with_for_update=True)
    if request.state is not RequestState.OPEN:
        raise RuleViolation("Über diese Anfrage ist schon entschieden.")


def _close(request: JoinRequest, state: RequestState, at: datetime) -> None:
    request.state = state
    request.decided_at = at
    db.session.flush()


def _label(request: JoinRequest) -> str:
    return f"{request.user.name}, {request.municipality.display_name}"


def _kept(request: JoinRequest) -> audit.Kept:
    return audit.Kept(request.municipality.id)
