"""What is stored about users and what they may do."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship, validates
from sqlalchemy.types import TypeDecorator

from kooperation.accounts.rules import InvitationState, MailLanguage, MailPurpose, RequestState, Role
from kooperation.base.db import PERSONAL, Base, choice, now
from kooperation.base.text import sort_key
from kooperation.parties.models import Municipality


class RoleType(TypeDecorator[Role]):
    """A role as its number, so that the database can compare roles."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Role | None, dialect: Any) -> int | None:
        """The number of the role."""
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Any) -> Role | None:
        """The role of the number."""
        return None if value is None else Role(value)


class User(Base):
    """A person who signs in. Without a membership a guest."""

    __tablename__ = "user_account"
    __table_args__: Any = (Index("ix_user_account_sort_name", "sort_name", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True, info=PERSONAL)
    email_confirmed_at: Mapped[datetime] = mapped_column(default=now)
    """When it was shown that the address is the user's: by a mailed link, or by the word of whoever made the account.
    There is no account before that, only a registration."""
    mail_language: Mapped[MailLanguage] = mapped_column(
        choice(MailLanguage), default=MailLanguage.GERMAN, server_default=MailLanguage.GERMAN.value
    )
    name: Mapped[str] = mapped_column(String(120), info=PERSONAL)
    sort_name: Mapped[str] = mapped_column(String(250), default="", server_default="")
    """The name as lists sort and find it; it follows the name by itself, and goes with the row."""
    password_hash: Mapped[str | None] = mapped_column(String(200))
    is_admin: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    deactivated_at: Mapped[datetime | None]
    last_signed_in_at: Mapped[datetime | None]

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="user", foreign_keys="Membership.user_id", cascade="all, delete-orphan"
    )

    @validates("name")
    def _follow_name(self, _key: str, name: str) -> str:
        self.sort_name = sort_key(name)[:250]
        return name

    @property
    def is_active(self) -> bool:
        """Whether the user may sign in."""
        return self.deactivated_at is None

    def role_at(self, municipality_id: int) -> Role | None:
        """The user's role at a municipality, None without a membership there."""
        return next((one.role for one in self.memberships if one.municipality_id == municipality_id), None)


class Membership(Base):
    """What a user is at a municipality (W3C org:Membership)."""

    __tablename__ = "membership"
    __table_args__: Any = (
        CheckConstraint("role IN (1, 2, 3)", name="role"),
        Index("ix_membership_municipality_role", "municipality_id", "role"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(RoleType)
    since: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship(back_populates="memberships", foreign_keys=[user_id])
    municipality: Mapped[Municipality] = relationship(foreign_keys=[municipality_id])


class Consent(Base):
    """A municipality lets the one above it enter and edit in its name, until it takes that back."""

    __tablename__ = "consent"
    __table_args__: Any = (
        Index(
            "uq_consent_open",
            "municipality_id",
            "caretaker_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    caretaker_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"), index=True)
    given_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None]

    municipality: Mapped[Municipality] = relationship(foreign_keys=[municipality_id])
    caretaker: Mapped[Municipality] = relationship(foreign_keys=[caretaker_id])


class EnteredFor:
    """The columns of a record that somebody above may enter for the municipality that it belongs to."""

    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    """The municipality above that entered it, until one of the record's own municipality confirms it."""

    @declared_attr
    def entered_by(cls) -> Mapped[Municipality | None]:  # noqa: N805 (SQLAlchemy calls it with the class)
        """The same as an object."""
        return relationship(Municipality, foreign_keys=f"{cls.__name__}.entered_by_id")  # type: ignore[attr-defined]


class UserSession(Base):
    """A sign-in that holds: the browser keeps the token, the database only its hash."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    browser: Mapped[str] = mapped_column(String(120), info=PERSONAL)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]

    user: Mapped[User] = relationship()


class FailedSignIn(Base):
    """What may not happen too often (failed sign-ins, resets, feedback): counted for a while, by address or place."""

    __tablename__ = "failed_sign_in"
    __table_args__: Any = (Index("ix_failed_sign_in_counted", "counted_for", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    counted_for: Mapped[str] = mapped_column(String(64))
    """A keyed hash: the table tells nobody which addresses were tried."""
    at: Mapped[datetime] = mapped_column(default=now)


class MailToken(Base):
    """A link in a mail that lets its reader do one thing once, for a while."""

    __tablename__ = "mail_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[MailPurpose] = mapped_column(choice(MailPurpose))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    address: Mapped[str | None] = mapped_column(String(254), info=PERSONAL)
    """Where the mail went, if not to the user's own address: the address that the link confirms."""


class Registration(Base):
    """Somebody wants an account, and has not shown yet that the address is theirs.

    Kept whether or not the address has an account, so that nothing which follows tells the one from the other.
    """

    __tablename__ = "registration"
    __table_args__: Any = (CheckConstraint("role IN (1, 2, 3)", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(254), index=True, info=PERSONAL)
    name: Mapped[str] = mapped_column(String(120), info=PERSONAL)
    password_hash: Mapped[str] = mapped_column(String(200))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"), index=True)
    role: Mapped[Role] = mapped_column(RoleType)
    """The role that is wished for there."""
    note: Mapped[str] = mapped_column(String(500), default="", info=PERSONAL)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    municipality: Mapped[Municipality] = relationship()


class Invitation(Base):
    """Somebody is invited by mail: to a role at a municipality, or to look after the instance, or to both."""

    __tablename__ = "invitation"
    __table_args__: Any = (
        Index(
            "uq_invitation_open",
            "address",
            "municipality_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_invitation_municipality_state", "municipality_id", "state"),
        CheckConstraint("role IN (1, 2, 3)", name="role"),
        CheckConstraint("(municipality_id IS NULL) = (role IS NULL)", name="role_somewhere"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(254), info=PERSONAL)
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    role: Mapped[Role | None] = mapped_column(RoleType)
    is_admin: Mapped[bool] = mapped_column(default=False)
    message: Mapped[str] = mapped_column(String(500), default="", info=PERSONAL)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    sent_at: Mapped[datetime]
    times_sent: Mapped[int] = mapped_column(default=1)
    expires_at: Mapped[datetime]
    state: Mapped[InvitationState] = mapped_column(choice(InvitationState), default=InvitationState.OPEN)
    ended_at: Mapped[datetime | None]

    municipality: Mapped[Municipality | None] = relationship()
    invited_by: Mapped[User | None] = relationship()

    def holds(self, at: datetime) -> bool:
        """Whether its link can be followed."""
        return self.state is InvitationState.OPEN and self.expires_at > at


class JoinRequest(Base):
    """Somebody asks to be let in at a municipality; decided by granting a role or by giving a reason."""

    __tablename__ = "join_request"
    __table_args__: Any = (
        Index(
            "uq_join_request_open",
            "user_id",
            "municipality_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_join_request_municipality_state", "municipality_id", "state"),
        CheckConstraint("role IN (1, 2, 3)", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    role: Mapped[Role] = mapped_column(RoleType)
    """The role that is wished for; who decides may grant another."""
    note: Mapped[str] = mapped_column(String(500), default="", info=PERSONAL)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    state: Mapped[RequestState] = mapped_column(choice(RequestState), default=RequestState.OPEN)
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(500), default="", info=PERSONAL)

    user: Mapped[User] = relationship()
    municipality: Mapped[Municipality] = relationship()


class Inheritance(Base):
    """One of several that took a dissolved municipality's place: its members choose where they go on."""

    __tablename__ = "inheritance"

    dissolved_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"), primary_key=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"), primary_key=True, index=True)

    successor: Mapped[Municipality] = relationship(foreign_keys=[successor_id])
