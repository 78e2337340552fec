"""What the address of a list of units says, read with good will; the choice of a unit to compare with; uploads."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from flask import url_for
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired

from kooperation.base import index
from kooperation.base.forms import BaseForm, Candidate, TypeaheadField
from kooperation.base.text import N_
from kooperation.parties.queries import municipality_by_key
from kooperation.parties.rules import Level, PopulationClass
from kooperation.register.parse import MAX_BYTES
from kooperation.register.queries.documents import KIND
from kooperation.register.queries.lists import Sort, Status, UnitFilter, units_by_id

Choice = TypeVar("Choice", bound=StrEnum)

LONGEST_NAME = 100
MOST_CANDIDATES = 8


def read_filter(arguments: Mapping[str, str]) -> UnitFilter:
    """The filter that a list's address describes; unknown and foreign values count as not given."""
    order = arguments.get("sortierung", "")
    land = _key(arguments.get("land"), 2)
    bezirk = _within(land, _key(arguments.get("bezirk"), 3))
    return UnitFilter(
        level=_choice(Level, arguments.get("ebene")),
        land=land,
        bezirk=bezirk,
        district=_within(bezirk or land, _key(arguments.get("kreis"), 5)),
        association=_within(bezirk or land, _key(arguments.get("verband"), 9)),
        population_class=_choice(PopulationClass, arguments.get("groesse")),
        name=arguments.get("name", "").strip()[:LONGEST_NAME],
        status=_choice(Status, arguments.get("stand")) or Status.CURRENT,
        sort=_choice(Sort, order.removeprefix("-")) or Sort.NAME,
        descending=order.startswith("-"),
    )


def _candidates(text: str) -> list[Candidate]:
    hits = index.find(text, kinds=(KIND,), limit=MOST_CANDIDATES).hits
    order = {hit.subject_id: place for place, hit in enumerate(hits)}
    found = sorted(units_by_id(list(order)), key=lambda unit: order[unit.id])
    return [Candidate(unit.key, ", ".join(filter(None, (unit.name, unit.district, unit.land)))) for unit in found]


def _name_of(key: str) -> str | None:
    unit = municipality_by_key(key)
    return unit.display_name if unit else None


class CompareForm(BaseForm):
    """One more unit to compare with. It changes nothing, so it is sent by GET and needs no token."""

    other = TypeaheadField(
        N_("Weitere Einheit"),
        [InputRequired(N_("Bitte nennen Sie eine Einheit: Name, AGS oder Postleitzahl."))],
        source=lambda: url_for("search.suggestions", art=KIND),
        find=_candidates,
        label_of=_name_of,
        name="neu",
        description=N_("Name, AGS, ARS oder Postleitzahl"),
    )

    def __init__(self, arguments: Mapping[str, str]) -> None:
        super().__init__(arguments, meta={"csrf": False})


class UploadForm(BaseForm):
    """A register file."""

    file = FileField(
        N_("Datei"),
        [FileRequired(N_("Bitte wählen Sie eine Datei."))],
        description=N_(
            "Höchstens {size} MB. Was die Datei ist, zeigt ihr Inhalt: eine Ausgabe als AuszugGV (.xlsx) oder GV100AD "
            "(Text), oder Gebietsänderungen (.xlsx); gepackte Dateien entpacken Sie bitte vorher."
        ).format(size=MAX_BYTES >> 20),
    )


class ApplyForm(BaseForm):
    """Agreeing to a plan: the one that was shown, with its warnings."""

    fingerprint = HiddenField()
    understood = BooleanField(N_("Ich habe die Warnungen gelesen und will die Datei trotzdem übernehmen."))


class ConfirmForm(BaseForm):
    """Nothing but the token: one button that changes something."""


def _choice(choices: type[Choice], value: str | None) -> Choice | None:
    return choices(value) if value in {choice.value for choice in choices} else None


def _within(above: str | None, key: str | None) -> str | None:
    """The key, unless it lies elsewhere: who chooses another Land or Regierungsbezirk leaves the Kreis behind."""
    return key if key is None or above is None or key.startswith(above) else None


def _key(value: str | None, length: int) -> str | None:
    is_key = value is not None and len(value) == length and value.isascii() and value.isdigit()
    return value if is_key else None
