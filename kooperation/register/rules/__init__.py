"""Decides what the official files mean for the bodies that are stored. Knows no database."""

from kooperation.register.rules.bodies import Accounting, Body, BodyRef, EditionBodies, Notice, NoticeKind
from kooperation.register.rules.plans import (
    BodyChange,
    ChangeType,
    Dissolution,
    EditionPlan,
    FieldChange,
    KnownBody,
    Successor,
)

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
]
