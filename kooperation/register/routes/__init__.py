"""The pages of the register, a module for each noun; importing them fills the blueprint."""

from kooperation.register.routes import lists, units, uploads
from kooperation.register.routes.blueprint import bp, unit_url

__all__ = ["bp", "lists", "unit_url", "units", "uploads"]
