"""Registering, asking to be let in at a municipality, and deciding about it."""

from datetime import datetime

from kooperation.accounts import queries, rules
from kooperation.accounts.models import JoinRequest, Membership, User
from kooperation.accounts.rules import RequestState, Role, ensure_password, ensure_takes_part, fold_address
from kooperation.accounts.services import users
from kooperation.accounts.services.signing_in import hash_password
from kooperation.audit import services as audit
from kooperation.base.db import db
from kooperation.base.errors import RuleViolation
from kooperation.parties.models import Municipality

REGISTRATION = audit.SystemActor(rules.REGISTRATION)


def register(
    address: str, name: str, password: str, municipality: Municipality, *, role: Role, note: str, at: datetime
) -> User | None:
    """Create a guest who asks to be let in at a municipality; None, and nothing changes, where there is an account.

    Either takes as long, and the caller says the same. Refuses a weak password and a municipality that nobody can
    belong to (RuleViolation). The caller commits.
    """
    folded = fold_address(address)
    ensure_takes_part(municipality.display_name, municipality.dissolved_on, municipality.inhabited)
    ensure_password(password, about=(folded, *folded.split("@"), name))
    if queries.user_by_address(folded) is not None:
        hash_password(password)
        return None
    user = users.create_user(folded, name, password, actor=REGISTRATION)
    ask(user, municipality, role=role, note=note, at=at)
    return user


def ask(user: User, municipality: Municipality, *, role: Role, note: str, at: datetime) -> JoinRequest:
    """Ask for a role at a municipality. The caller commits.

    Refuses a municipality that nobody can belong to, a role that the user has there already, and a second request
    while one is open (RuleViolation).
    """
    name = municipality.display_name
    ensure_takes_part(name, municipality.dissolved_on, municipality.inhabited)
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


def approve(request: JoinRequest, role: Role, *, actor: User, at: datetime) -> Membership:
    """Let somebody in with a role, which need not be the one wished for. The caller commits.

    Refuses one's own request, a request that was decided already, and a municipality that has come to an end
    (RuleViolation).
    """
    _ensure_open(request, actor)
    membership = users.grant(request.user, request.municipality, role, actor=actor)
    _close(request, RequestState.GRANTED, at)
    audit.record(
        actor, "request.granted", request, label=_label(request), kept=_kept(request), after={"role": role.name.lower()}
    )
    return membership


def decline(request: JoinRequest, reason: str, *, actor: User, at: datetime) -> None:
    """Let somebody not in; the reason is shown to them. The caller commits.

    Refuses one's own request and a request that was decided already (RuleViolation).
    """
    _ensure_open(request, actor)
    request.reason = reason.strip()
    _close(request, RequestState.DECLINED, at)
    audit.record(actor, "request.declined", request, label=_label(request), kept=_kept(request))


def _ensure_open(request: JoinRequest, actor: User) -> None:
    if actor.id == request.user_id:
        raise RuleViolation("Über die eigene Anfrage entscheidet jemand anderes.")
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
