"""Territorial changes and changes between editions as sentences about one unit."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from kooperation.base.text import N_
from kooperation.register.rules.records import ChangeKind, ChangeRecord


@dataclass(frozen=True, slots=True)
class Story:
    """A sentence about a unit, to be translated.

    ``values`` fill the text; ``other`` is the key and name of the unit that it ends with, where there is one.
    """

    when: date | None
    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    other: tuple[str, str] | None = None
    reference: str | None = None


def stories_of(events: Iterable[ChangeRecord], own: Collection[str]) -> list[Story]:
    """What the events say about the unit with these keys (AGS, ARS, Verband key), in the order of the events.

    What remains with a unit of which a part went elsewhere is no change and is left out.
    """
    return [story for event in events for story in _stories(event, own)]


def _stories(event: ChangeRecord, own: Collection[str]) -> Iterator[Story]:
    gives = event.ars_from in own or event.ags_from in own
    receives = event.ars_to in own or event.ags_to in own
    giver, receiver = (event.ags_from or event.ars_from, event.name_from), (event.ags_to or event.ars_to, event.name_to)

    def story(text: str, other: tuple[str, str] | None = None, **values: str) -> Story:
        return Story(event.legal_on, text, values, other, event.reference)

    amount = _amount(event)
    if ChangeKind.DISSOLUTION in event.kinds and gives and not receives:
        yield story(N_("Aufgelöst%(amount)s; aufgegangen in:"), receiver, amount=amount)
    if ChangeKind.DISSOLUTION in event.kinds and receives and not gives:
        yield story(N_("Aufgenommen%(amount)s:"), giver, amount=amount)
    if ChangeKind.PART_TRANSFER in event.kinds and gives and not receives:
        yield story(N_("Ein Teil%(amount)s ging an:"), receiver, amount=amount)
    if ChangeKind.PART_TRANSFER in event.kinds and receives and not gives:
        yield story(N_("Ein Teil%(amount)s kam von:"), giver, amount=amount)
    if ChangeKind.KEY_CHANGE in event.kinds and (gives or receives) and event.ars_from != event.ars_to:
        yield story(N_("Neuer Schlüssel %(after)s, vorher %(before)s."), before=event.ars_from, after=event.ars_to)
    if ChangeKind.RENAME in event.kinds and (gives or receives):
        yield story(N_("Umbenannt in „%(after)s“, vorher „%(before)s“."), before=event.name_from, after=event.name_to)


def _amount(event: ChangeRecord) -> str:
    parts = []
    if event.area_m2:
        parts.append(f"{event.area_m2 / 1_000_000:.2f}".replace(".", ",") + " km²")
    if event.inhabitants:
        parts.append(f"{event.inhabitants:,}".replace(",", ".") + " Personen")
    return f" ({', '.join(parts)})" if parts else ""


HISTORY = {
    "new": N_("Neu im Verzeichnis."),
    "renamed": N_("Heißt jetzt „%(after)s“, vorher „%(before)s“."),
    "rekeyed": N_("Neuer Schlüssel %(after)s, vorher %(before)s."),
    "ars_changed": N_("Neuer Regionalschlüssel %(after)s, vorher %(before)s."),
    "moved": N_("Gehört jetzt zu %(after)s, vorher zu %(before)s."),
    "dissolved": N_("Nicht mehr im Verzeichnis."),
    "revived": N_("Wieder im Verzeichnis."),
}
"""What an edition changed about a unit, by the kind of its history entry."""
