"""The pages of accounts, a module for each noun; importing them fills the blueprint."""

from kooperation.accounts.routes import account, history, joining, members, own_data, password_reset, signing_in, tasks
from kooperation.accounts.routes.blueprint import bp

__all__ = ["account", "bp", "history", "joining", "members", "own_data", "password_reset", "signing_in", "tasks"]
