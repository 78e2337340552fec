"""The pages of accounts, a module for each noun; importing them fills the blueprint."""

from kooperation.accounts.routes import (
    account,
    address,
    history,
    invitations,
    joining,
    members,
    own_data,
    password_reset,
    signing_in,
    tasks,
)
from kooperation.accounts.routes.blueprint import bp

__all__ = [
    "account",
    "address",
    "bp",
    "history",
    "invitations",
    "joining",
    "members",
    "own_data",
    "password_reset",
    "signing_in",
    "tasks",
]
