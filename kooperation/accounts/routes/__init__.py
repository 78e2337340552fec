"""The pages of accounts, a module for each noun; importing them fills the blueprint."""

from kooperation.accounts.routes import (
    account,
    address,
    invitations,
    joining,
    members,
    password_reset,
    signing_in,
    tasks,
)
from kooperation.accounts.routes.blueprint import bp

__all__ = ["account", "address", "bp", "invitations", "joining", "members", "password_reset", "signing_in", "tasks"]
