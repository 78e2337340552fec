"""The blueprint that all pages of accounts belong to, and who is asking."""

from flask import Blueprint

from kooperation.accounts.guard import current_user
from kooperation.accounts.models import User

bp = Blueprint("accounts", __name__)


def me() -> User:
    """Who is signed in, behind a guard that lets nobody else pass."""
    user = current_user()
    assert user is not None, "the guard lets nobody else pass"
    return user
