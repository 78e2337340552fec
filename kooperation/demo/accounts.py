"""Invented people who sign in to the demonstration, one for each kind of user."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, select

from kooperation.accounts.models import Consent, Invitation, Registration, User
from kooperation.accounts.rules import Role
from kooperation.accounts.services import erasure, users
from kooperation.audit import services as audit
from kooperation.base.db import db
from kooperation.base.errors import RuleViolation
from kooperation.base.text import N_
from kooperation.demo import queries
from kooperation.parties.queries import municipality_by_key

DOMAIN = "musterland.example"
"""A domain that nobody can have (RFC 2606): no mail ever reaches anybody."""
PASSWORD = "Watt Leuchtturm Krabbe Deich"  # nosec B105 (everybody may know it)
"""The password of all; it is shown beside them, and they exist in the demonstration alone."""


class Example(NamedTuple):
    """An invented person: the part of the address before the @, and what they are and where."""

    local: str
    name: str
    what: str
    key: str | None = None
    role: Role | None = None
    is_admin: bool = False

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.local}@{DOMAIN}"


EXAMPLES = (
    Example("administration", "Aliya Aydın", N_("Administration der Instanz"), is_admin=True),
    Example("landkreis", "Karsten Kühn", N_("Koordination im Landkreis Silmetal"), "99001", Role.MANAGER),
    Example("verwaltung", "Verena Vogt", N_("verwaltet Auenfurt a. d. Silme"), "99001001", Role.MANAGER),
    Example("bearbeitung", "Emil Ebert", N_("bearbeitet für Auenfurt a. d. Silme"), "99001001", Role.EDITOR),
    Example("lesen", "Lena Lorenz", N_("liest bei Auenfurt a. d. Silme mit"), "99001001", Role.READER),
    Example("gast", "Gregor Graf", N_("Gast ohne Kommune")),
)


def load(*, actor: audit.Actor) -> int:
    """Create the invented people with their roles in the demonstration region; gives their number.

    People who are there already stay as they are. Refuses where the region is not loaded (RuleViolation). The
    caller commits.
    """
    if not queries.region_ids():
        raise RuleViolation("Das Beispielgebiet ist nicht geladen.")
    known = set(db.session.scalars(select(User.email).where(_is_invented())))
    new = [one for one in EXAMPLES if one.email not in known]
    for one in new:
        password_hash = users.hash_new(PASSWORD, address=one.email, name=one.name)
        user = users.create_user(one.email, one.name, password_hash=password_hash, is_admin=one.is_admin, actor=actor)
        municipality = municipality_by_key(one.key) if one.key else None
        if municipality is not None and one.role is not None:
            users.grant(user, municipality, one.role, actor=actor)
    return len(new)


def remove() -> None:
    """Delete the invented people with all that hangs on them, and consent within the region. The caller commits.

    Invitations and what was registered go too: nobody is lost who has come already.
    """
    ids = queries.region_ids()
    for waiting in (Invitation, Registration):
        db.session.execute(delete(waiting).where(waiting.municipality_id.in_(ids)))
    db.session.execute(delete(Consent).where(Consent.municipality_id.in_(ids), Consent.caretaker_id.in_(ids)))
    for user in db.session.scalars(select(User).where(_is_invented()).order_by(User.id)).all():
        # Also in the log: SQLite gives the number of a removed row anew, and somebody real would have done all that.
        erasure.forget(user)
    db.session.expire_all()


def example_by_address(email: str) -> User | None:
    """The invented person with this address; None for anybody else."""
    return db.session.scalar(select(User).where(_is_invented(), User.email == email))


def _is_invented() -> ColumnElement[bool]:
    return User.email.in_([one.email for one in EXAMPLES])
