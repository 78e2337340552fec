"""The factory of tests: fills in what does not matter."""

from datetime import date
from functools import cache
from typing import Any

from kooperation.accounts.models import Membership, User
from kooperation.accounts.rules import Role
from kooperation.accounts.services.signing_in import hash_password
from kooperation.base.db import db
from kooperation.base.text import sort_key
from kooperation.parties.models import Municipality
from kooperation.parties.rules import KEY_LENGTH, Level


@cache
def _hashed(password: str) -> str:
    return hash_password(password)


class Make:
    """Makes stored records; each has what it needs, and what the test names."""

    def __init__(self) -> None:
        self._counter = 0

    def _next(self) -> int:
        self._counter += 1
        return self._counter

    def municipality(
        self,
        name: str = "Musterdorf",
        *,
        level: Level = Level.GEMEINDE,
        key: str | None = None,
        parent: Municipality | None = None,
        dissolved_on: date | None = None,
        **values: Any,
    ) -> Municipality:
        """A unit of the register below its parent; key, ARS and the ancestors follow from the parent."""
        key = key or self._key(level, parent)
        municipality = Municipality(
            display_name=name,
            sort_name=sort_key(name),
            official_name=values.pop("official_name", name),
            level=level,
            key=key,
            ars=values.pop("ars", key.ljust(12, "0")),
            dissolved_on=dissolved_on,
            parent_id=parent.id if parent else None,
            **{"population": 1_000, "inhabited": True} | values,
        )
        db.session.add(municipality)
        db.session.flush()
        municipality.land_id = municipality.id if level is Level.LAND else parent and parent.land_id
        municipality.bezirk_id = municipality.id if level is Level.REGIERUNGSBEZIRK else parent and parent.bezirk_id
        municipality.district_id = municipality.id if level is Level.LANDKREIS else parent and parent.district_id
        municipality.association_id = (
            municipality.id if level is Level.GEMEINDEVERBAND else parent and parent.association_id
        )
        db.session.flush()
        return municipality

    def user(self, name: str = "Erika Muster", *, password: str | None = None, **values: Any) -> User:
        """A user with an address of their own; the password is hashed, which takes a while."""
        number = self._next()
        user = User(
            name=name,
            email=values.pop("email", f"person{number}@muster.example"),
            password_hash=_hashed(password) if password else None,
            **values,
        )
        db.session.add(user)
        db.session.flush()
        return user

    def member(self, municipality: Municipality, role: Role = Role.READER, user: User | None = None) -> User:
        """A user with a role at a municipality, by default a new one."""
        user = user or self.user()
        user.memberships.append(Membership(municipality_id=municipality.id, municipality=municipality, role=role))
        db.session.flush()
        return user

    def _key(self, level: Level, parent: Municipality | None) -> str:
        prefix = (parent.key or "")[:5] if parent else ""
        if level is Level.LAND:
            return f"{self._next():02d}"
        return prefix + str(self._next()).zfill(KEY_LENGTH[level] - len(prefix))
