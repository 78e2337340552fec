"""Who sees the values in the log: the one place that decides it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

FORGOTTEN = "gelöschtes Konto"
"""What the log calls a person whose account was erased."""


class Entry(NamedTuple):
    """What a list shows of an entry of the log, as it is stored."""

    id: int
    at: datetime
    actor_id: int | None
    actor_name: str
    event: str
    subject_kind: str
    subject_id: int
    subject_label: str
    keeper_id: int | None
    is_own: bool
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose records a viewer sees: the municipalities that they edit for, and those whose ``own`` records they see.

    ``themselves`` are the viewer's own records, by kind and number.
    """

    edited: Collection[int] = frozenset()
    own: Collection[int] = frozenset()
    themselves: Collection[tuple[str, int]] = ()


class Hidden(Enum):
    """Why something is not shown."""

    PERSONAL = "personal"
    OWN = "own"


def hidden(entry: Entry, sight: Sight) -> Hidden | None:
    """Why all of an entry but actor, event and instant is not shown to a viewer; None where it is shown.

    An ``own`` record is its municipality's alone, so its name is hidden along with its values.
    """
    return Hidden.OWN if entry.is_own and entry.keeper_id not in sight.own else None


def hidden_value(entry: Entry, is_personal: bool, sight: Sight) -> Hidden | None:
    """Why a value of an entry is not shown to a viewer; None where it is shown.

    Personal values are for the person and for whoever edits for the municipality that keeps the record. To look
    after the instance shows neither these nor ``own`` ones.
    """
    whole = hidden(entry, sight)
    if whole is not None or not is_personal:
        return whole
    if (entry.subject_kind, entry.subject_id) in sight.themselves or entry.keeper_id in sight.edited:
        return None
    return Hidden.PERSONAL
