"""The pages of the administration, a module for each noun; importing them fills the blueprint."""

from kooperation.administration.routes import (
    erasure,
    feedback,
    invitations,
    jobs,
    legal,
    log,
    mails,
    memberships,
    overview,
    system,
    users,
    vocabularies,
)
from kooperation.administration.routes.blueprint import bp

__all__ = [
    "bp",
    "erasure",
    "feedback",
    "invitations",
    "jobs",
    "legal",
    "log",
    "mails",
    "memberships",
    "overview",
    "system",
    "users",
    "vocabularies",
]
