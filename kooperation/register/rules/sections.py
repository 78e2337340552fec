"""A plan as people read it: sections with a count and the rows behind each, for the shell and the page alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kooperation.base.text import N_
from kooperation.parties.rules import Level
from kooperation.register.rules.bodies import Body, BodyRef, KnownBody
from kooperation.register.rules.labels import LEVELS
from kooperation.register.rules.plans import BodyChange, ChangeType, EditionPlan, FieldChange
from kooperation.register.rules.records import ChangeKind, ChangeRecord

FIELDS = {
    "level": N_("Ebene"),
    "key": N_("Schlüssel"),
    "ars": N_("Regionalschlüssel (ARS)"),
    "official_name": N_("Amtlicher Name"),
    "display_name": N_("Name"),
    "text_code": N_("Textkennzeichen"),
    "parent": N_("Gehört zu"),
    "area_km2": N_("Fläche in km²"),
    "population": N_("Bevölkerung"),
    "population_male": N_("Bevölkerung, männlich"),
    "population_date": N_("Stand der Bevölkerung"),
    "postal_code": N_("PLZ"),
    "longitude": N_("Längengrad"),
    "latitude": N_("Breitengrad"),
    "travel_region": N_("Reisegebiet"),
    "urbanisation": N_("Grad der Verstädterung"),
    "seat": N_("Verwaltungssitz"),
    "inhabited": N_("Bewohnt"),
    "is_contract": N_("Durch Vertrag"),
    "fulfilling": N_("Erfüllende Gemeinde"),
}
"""What the fields of a body are called."""

_TYPES = {
    ChangeType.RENAMED: N_("Umbenannt"),
    ChangeType.REKEYED: N_("Mit neuem Schlüssel"),
    ChangeType.ARS_CHANGED: N_("Mit neuem Regionalschlüssel bei gleichem Gemeindeschlüssel"),
    ChangeType.MOVED_KREIS: N_("In einem anderen Kreis"),
    ChangeType.MOVED_VERBAND: N_("In einem anderen Gemeindeverband"),
    ChangeType.MOVED_OTHER: N_("Anders zugeordnet"),
    ChangeType.REVIVED: N_("Wieder eingerichtet"),
    ChangeType.FACTS: N_("Mit geänderten Angaben"),
}
_KINDS = {
    ChangeKind.DISSOLUTION: N_("Auflösungen"),
    ChangeKind.PART_TRANSFER: N_("Teilausgliederungen"),
    ChangeKind.KEY_CHANGE: N_("Schlüsseländerungen"),
    ChangeKind.RENAME: N_("Namensänderungen"),
}


@dataclass(frozen=True, slots=True)
class SectionRow:
    """One row behind a count: a unit, and what happens to it."""

    key: str
    name: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """What happens to some units, counted, with a row each."""

    title: str
    rows: Sequence[SectionRow]

    @property
    def count(self) -> int:
        """How many units it is about."""
        return len(self.rows)


def edition_sections(plan: EditionPlan) -> list[Section]:
    """New, changed in each respect, dissolved; sections without rows are left out."""
    sections = [Section(N_("Neu"), [SectionRow(body.key, body.display_name, LEVELS[body.level]) for body in plan.new])]
    for change_type, title in _TYPES.items():
        changed = plan.of_type(change_type)
        sections.append(
            Section(title, [SectionRow(one.after.key, one.after.display_name, _fields(one)) for one in changed])
        )
    sections.append(
        Section(
            N_("Aufgelöst"),
            [
                SectionRow(
                    gone.body.key,
                    gone.body.display_name,
                    "; ".join(
                        [f"zum {_text(gone.dissolved_on)}"]
                        + [_successor(successor.official, successor.reason) for successor in gone.successors]
                    ),
                )
                for gone in plan.dissolved
            ],
        )
    )
    sections.append(
        Section(
            N_("Aufgelöst mit mehreren Nachfolgern: Wer dazugehört, wird gefragt, wo es weitergeht"),
            [
                SectionRow(gone.body.key, gone.body.display_name, ", ".join(one.ref.key for one in gone.successors))
                for gone in plan.dissolved
                if len(gone.successors) > 1
            ],
        )
    )
    return [section for section in sections if section.rows]


def changes_sections(new: Iterable[ChangeRecord], merged: Iterable[tuple[KnownBody, KnownBody]]) -> list[Section]:
    """The new events by kind, and the bodies that turn out to be one; sections without rows are left out."""
    events = list(new)
    sections = [
        Section(title, [_event_row(event) for event in events if kind in event.kinds]) for kind, title in _KINDS.items()
    ]
    sections.append(
        Section(
            N_("Dieselbe Einheit unter altem und neuem Schlüssel"),
            [SectionRow(young.body.key, young.body.display_name, f"früher {old.body.key}") for old, young in merged],
        )
    )
    return [section for section in sections if section.rows]


def _event_row(event: ChangeRecord) -> SectionRow:
    stays = event.ars_from == event.ars_to and event.name_from == event.name_to
    where = N_("behält den übrigen Teil") if stays else f"→ {event.name_to}"
    when = f"zum {_text(event.legal_on)}" if event.legal_on else ""
    return SectionRow(event.ags_from or event.ars_from, event.name_from, " ".join(filter(None, (where, when))))


def _successor(official: bool, reason: str) -> str:
    return reason if official else f"Vorschlag: {reason}"


def _fields(change: BodyChange) -> str:
    return "; ".join(_field(field) for field in change.fields)


def _field(field: FieldChange) -> str:
    return f"{FIELDS[field.field]} {_text(field.before)} → {_text(field.after)}"


def _text(value: object) -> str:
    match value:
        case None | "":
            return "–"
        case bool():
            return "ja" if value else "nein"
        case BodyRef() | Body():
            return value.key
        case Level():
            return LEVELS[value]
        case date():
            return value.strftime("%d.%m.%Y")
        case float():
            return str(value).replace(".", ",")
        case int():
            return f"{value:,}".replace(",", ".")
        case _:
            return str(value)
