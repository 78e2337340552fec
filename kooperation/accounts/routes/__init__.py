"""The pages of accounts, a module for each noun; importing them fills the blueprint."""

from kooperation.accounts.routes import account, signing_in
from kooperation.accounts.routes.blueprint import bp

__all__ = ["account", "bp", "signing_in"]
