"""The pages of accounts, a module for each noun; importing them fills the blueprint."""

from kooperation.accounts.routes import account, joining, signing_in, tasks
from kooperation.accounts.routes.blueprint import bp

__all__ = ["account", "bp", "joining", "signing_in", "tasks"]
