"""What an entry of the log says, in German, to a viewer: labels for events and columns, and no value too many."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    """What all features say of what they write to the log, in the language of the interface."""
    found = hooks.log_words()
    return LogWords(
        events={event: _(label) for one in found for event, label in one.events.items()},
        kinds={kind: _(label) for one in found for kind, label in one.kinds.items()},
        columns={name: _translated(column) for one in found for name, column in one.columns.items()},
        actors=(SHELL.name, *(actor for one in found for actor in one.actors), FORGOTTEN),
    )


def _translated(column: LogColumn) -> LogColumn:
    values = {value: _(label) for value, label in column.values.items()}
    return LogColumn(_(column.label), values, column.is_place)


def event_choices(words: LogWords, events: Iterable[str]) -> list[tuple[str, str]]:
    """Events with their labels, sorted by these, for a choice."""
    return sorted(((event, words.events.get(event, event)) for event in events), key=lambda choice: choice[1])


def period_chips(wanted: LogFilter, words: LogWords) -> list[tuple[str, str]]:
    """A chip for what a filter asks of event, record and period, with the address of the page without it."""
    chips = []
    if wanted.event:
        chips.append((words.events[wanted.event], query_url(was=None)))
    if wanted.record:
        kind, number_ = wanted.record
        chips.append((f"{words.kinds[kind]} {number_}", query_url(datensatz=None)))
    if wanted.since:
        chips.append((_("ab %(date)s", date=german_date(wanted.since)), query_url(von=None)))
    if wanted.until:
        chips.append((_("bis %(date)s", date=german_date(wanted.until)), query_url(bis=None)))
    return chips


def tell(entries: Sequence[Entry], sight: Sight, named: Named, words: LogWords | None = None) -> list[Told]:
    """Entries as a viewer may read them; one statement, for the names of municipalities.

    ``words`` are those of ``all_words``, for whoever has them already.
    """
    words = words or all_words()
    known = list(named(_keepers(entries), _keys(entries, words)))
    telling = _Telling(sight, words, {place.id: place for place in known}, {one.key: one.display_name for one in known})
    return [telling.told(entry) for entry in entries]


def _keepers(entries: Sequence[Entry]) -> set[int]:
    return {entry.keeper_id for entry in entries if entry.keeper_id is not None}


def _keys(entries: Sequence[Entry], words: LogWords) -> set[str]:
    columns = [name for name, column in words.columns.items() if column.is_place]
    held = [values for entry in entries for values in (entry.before, entry.after) if values]
    return {str(values[name]) for values in held for name in columns if values.get(name)}


class _Telling:
    """What is needed to tell one entry after the other: translated once, since that takes longer than all else."""

    def __init__(self, sight: Sight, words: LogWords, places: Mapping[int, Place], names: Mapping[str, str]) -> None:
        self._sight, self._words, self._places, self._names = sight, words, places, names
        self._personal, self._own = _("(persönlich)"), _("(nur für %(name)s sichtbar)")
        self._whose = _("die Kommune")
        self._yes, self._no = _("ja"), _("nein")

    def told(self, entry: Entry) -> Told:
        """The entry as it is shown."""
        keeper = self._places.get(entry.keeper_id) if entry.keeper_id is not None else None
        why_hidden = hidden(entry, self._sight)
        return Told(
            at=entry.at,
            actor=entry.actor_name,
            actor_id=entry.actor_id,
            event=self._words.events.get(entry.event, entry.event),
            kind=self._words.kinds.get(entry.subject_kind, entry.subject_kind),
            record=self._reason(why_hidden, keeper) if why_hidden else entry.subject_label,
            subject=(entry.subject_kind, entry.subject_id),
            keeper=keeper,
            changes=list(self._changes(entry, keeper)),
        )

    def _changes(self, entry: Entry, keeper: Place | None) -> Iterator[Change]:
        before, after = entry.before or {}, entry.after or {}
        for name in dict.fromkeys([*before, *after]):
            values = (before.get(name), after.get(name))
            column = self._words.columns.get(name) or LogColumn(name)
            # Whose record it is, is said already.
            is_keeper = column.is_place and keeper is not None and all(one in (keeper.key, None) for one in values)
            # Nothing at all and an empty text read the same.
            was_and_is_empty = all(one in (None, "", [], {}) for one in values)
            if values[0] == values[1] or was_and_is_empty or is_keeper:
                continue
            why = hidden_value(entry, is_personal(entry.subject_kind, name), self._sight)
            shown = [self._shown(value, column, why, keeper) for value in values]
            yield Change(column.label, *shown)

    def _shown(self, value: Any, column: LogColumn, why: Hidden | None, keeper: Place | None) -> str:
        if value is None:
            return NOTHING
        return self._reason(why, keeper) if why else self._text(value, column)

    def _reason(self, why: Hidden, keeper: Place | None) -> str:
        if why is Hidden.PERSONAL:
            return self._personal
        return self._own % {"name": keeper.display_name if keeper else self._whose}

    def _text(self, value: Any, column: LogColumn) -> str:
        if isinstance(value, bool):
            return self._yes if value else self._no
        if isinstance(value, int):
            return number(value)
        if isinstance(value, dict):
            parts = ((column.values.get(name, name), part) for name, part in value.items() if part != 0)
            return ", ".join(f"{label}: {self._text(part, column)}" for label, part in parts) or NOTHING
        if isinstance(value, list):
            return ", ".join(self._text(part, column) for part in value) or NOTHING
        text = str(value)
        return (self._names if column.is_place else column.values).get(text, text) or NOTHING
