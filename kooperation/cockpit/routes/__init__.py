"""The start page, the state of what lies below, and mails; importing them fills the blueprint and the queue."""

from kooperation.cockpit import jobs
from kooperation.cockpit.routes import mails, reach, start
from kooperation.cockpit.routes.blueprint import bp
from kooperation.cockpit.routes.mails import unsubscribe

__all__ = ["bp", "jobs", "mails", "reach", "start", "unsubscribe"]
