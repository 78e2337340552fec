"""The pages of the administration, a module for each noun; importing them fills the blueprint."""

from kooperation.administration.routes import log, overview
from kooperation.administration.routes.blueprint import bp

__all__ = ["bp", "log", "overview"]
