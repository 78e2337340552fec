"""The blueprint that all pages of accounts belong to, and who is asking."""

from flask import Blueprint

from kooperation.accounts.guard import current_user
from kooperation.accounts.models import User
from kooperation.parties.models import Municipality
from kooperation.parties.queries import municipality_by_key

bp = Blueprint("accounts", __name__)


def me() -> User:
    """Who is signed in, behind a guard that lets nobody else pass."""
    user = current_user()
    assert user is not None, "the guard lets nobody else pass"
    return user


def municipality_at(key: str, name: str) -> Municipality | None:
    """The municipality that an address means; None where key and name do not belong together."""
    municipality = municipality_by_key(key)
    return municipality if municipality is not None and municipality.slug == name else None
