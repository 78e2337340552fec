"""Decides what the official files mean for the bodies that are stored. Knows no database."""

from kooperation.register.rules.bodies import Accounting, Body, BodyRef, EditionBodies, Notice, NoticeKind
from kooperation.register.rules.description import bodies_of
from kooperation.register.rules.names import display_name
from kooperation.register.rules.planning import ensure_newer, plan_edition
from kooperation.register.rules.plans import (
    BodyChange,
    ChangeType,
    Dissolution,
    EditionPlan,
    FieldChange,
    KnownBody,
    Successor,
)
from kooperation.register.rules.successions import endings, rekeys_to_merge, successors_today

__all__ = [
    "Accounting",
    "Body",
    "BodyChange",
    "BodyRef",
    "ChangeType",
    "Dissolution",
    "EditionBodies",
    "EditionPlan",
    "FieldChange",
    "KnownBody",
    "Notice",
    "NoticeKind",
    "Successor",
    "bodies_of",
    "display_name",
    "endings",
    "ensure_newer",
    "plan_edition",
    "rekeys_to_merge",
    "successors_today",
]
