"""What an entry of the log says, in German, to a viewer: labels for events and columns, and no value too many."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from kooperation.audit.models import is_personal
from kooperation.audit.queries import LogFilter
from kooperation.audit.rules import FORGOTTEN, Entry, Hidden, Sight, hidden, hidden_value
from kooperation.audit.services import SHELL
from kooperation.base import hooks
from kooperation.base.hooks import LogColumn, LogWords
from kooperation.base.i18n import _, german_date, number
from kooperation.base.web import query_url

NOTHING = "–"


class Place(Protocol):
    """A municipality as the log names it."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def key(self) -> str:
        """Its public key."""

    @property
    def display_name(self) -> str:
        """Its name."""


Named = Callable[[Iterable[int], Iterable[str]], Iterable[Place]]
"""The municipalities with some numbers or some keys, in one statement."""


@dataclass(frozen=True, slots=True)
class Change:
    """A column that changed: how it is called, and what was there before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as it is shown."""

    at: datetime
    actor: str
    actor_id: int | None
    event: str
    kind: str
    record: str
    subject: tuple[str, int]
    keeper: Place | None
    changes: list[Change]

    @property
    def changes_in_words(self) -> str:
        """What changed in one line, for an export."""
        return "; ".join(f"{one.label}: {one.before} → {one.after}" for one in self.changes)


def all_words() -> LogWords:
    """What all features say of what they write to the log."""
    found = hooks.log_words()
    return LogWords(
        events={event: label for one in found for event, label in one.events.items()},
        kinds={kind: label for one in found for kind, label in one.kinds.items()},
        columns={column: label for one in found for column, label in one.columns.items()},
        actors=(SHELL.name, *(actor for one in found for actor in one.actors), FORGOTTEN),
    )


def event_choices(words: LogWords, events: Iterable[str]) -> list[tuple[str, str]]:
    """Events with their labels, sorted by these, for a choice."""
    return sorted(((event, _(words.events.get(event, event))) for event in events), key=lambda choice: choice[1])


def period_chips(wanted: LogFilter, words: LogWords) -> list[tuple[str, str]]:
    """A chip for what a filter asks of event, record and period, with the address of the page without it."""
    chips = []
    if wanted.event:
        chips.append((_(words.events[wanted.event]), query_url(was=None)))
    if wanted.record:
        kind, number_ = wanted.record
        chips.append((f"{_(words.kinds[kind])} {number_}", query_url(datensatz=None)))
    if wanted.since:
        chips.append((_("ab %(date)s", date=german_date(wanted.since)), query_url(von=None)))
    if wanted.until:
        chips.append((_("bis %(date)s", date=german_date(wanted.until)), query_url(bis=None)))
    return chips


def tell(entries: Sequence[Entry], sight: Sight, named: Named) -> list[Told]:
    """Entries as a viewer may read them; one statement, for the names of municipalities."""
    words = all_words()
    known = list(named(_keepers(entries), _keys(entries, words)))
    by_id = {place.id: place for place in known}
    names = {place.key: place.display_name for place in known}
    return [_told(entry, sight, words, by_id, names) for entry in entries]


def _keepers(entries: Sequence[Entry]) -> set[int]:
    return {entry.keeper_id for entry in entries if entry.keeper_id is not None}


def _keys(entries: Sequence[Entry], words: LogWords) -> set[str]:
    columns = [name for name, column in words.columns.items() if column.is_place]
    held = [values for entry in entries for values in (entry.before, entry.after) if values]
    return {str(values[name]) for values in held for name in columns if values.get(name)}


def _told(entry: Entry, sight: Sight, words: LogWords, by_id: Mapping[int, Place], names: Mapping[str, str]) -> Told:
    keeper = by_id.get(entry.keeper_id) if entry.keeper_id is not None else None
    why_hidden = hidden(entry, sight)
    return Told(
        at=entry.at,
        actor=entry.actor_name,
        actor_id=entry.actor_id,
        event=_(words.events.get(entry.event, entry.event)),
        kind=_(words.kinds.get(entry.subject_kind, entry.subject_kind)),
        record=_reason(why_hidden, keeper) if why_hidden else entry.subject_label,
        subject=(entry.subject_kind, entry.subject_id),
        keeper=keeper,
        changes=_changes(entry, sight, words.columns, keeper, names),
    )


def _changes(
    entry: Entry, sight: Sight, columns: Mapping[str, LogColumn], keeper: Place | None, names: Mapping[str, str]
) -> list[Change]:
    before, after = entry.before or {}, entry.after or {}
    changes = []
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) == after.get(name):
            continue
        column = columns.get(name, LogColumn(name))
        if column.is_place and keeper is not None and {before.get(name), after.get(name)} <= {keeper.key, None}:
            # It is said already whose record it is.
            continue
        why_hidden = hidden_value(entry, is_personal(entry.subject_kind, name), sight)
        shown = [
            NOTHING if value is None else _reason(why_hidden, keeper) if why_hidden else _text(value, column, names)
            for value in (before.get(name), after.get(name))
        ]
        changes.append(Change(_(column.label), *shown))
    return changes


def _reason(why: Hidden, keeper: Place | None) -> str:
    if why is Hidden.PERSONAL:
        return _("(persönlich)")
    if keeper is None:
        return _("(nur für die Kommune sichtbar)")
    return _("(nur für %(name)s sichtbar)", name=keeper.display_name)


def _text(value: Any, column: LogColumn, names: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return _("ja") if value else _("nein")
    if isinstance(value, int):
        return number(value)
    if isinstance(value, dict):
        parts = ((_(column.values.get(name, name)), part) for name, part in value.items() if part != 0)
        return ", ".join(f"{label}: {_text(part, column, names)}" for label, part in parts) or NOTHING
    if isinstance(value, list):
        return ", ".join(_text(part, column, names) for part in value) or NOTHING
    text = str(value)
    if column.is_place:
        return names.get(text, text)
    return _(column.values[text]) if text in column.values else text or NOTHING
