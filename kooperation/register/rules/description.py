"""Turns the records of an edition into bodies: one body a unit, each with its parent and its figures."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kooperation.parties.rules import Level
from kooperation.register.rules.bodies import Accounting, Body, BodyRef, EditionBodies, Notice, NoticeKind
from kooperation.register.rules.names import bare_name, display_name, seat_of_contract
from kooperation.register.rules.records import EditionFile, RegisterRecord, Satzart

KREISFREI = frozenset({"41", "42"})
"""Textkennzeichen of a Kreis that is one city: kreisfreie Stadt, Stadtkreis."""

_VERBANDSFREI = "50"
_GEMEINDEFREI = frozenset({"65", "66"})
_MARKS_OF_NO_LEVEL = {"früher": "former_regierungsbezirk", "Statistische Region": "statistical_region"}


def bodies_of(edition: EditionFile) -> EditionBodies:
    """The bodies of an edition and what became of each of its records.

    A kreisfreie Stadt stands in the file three times and a verbandsfreie Gemeinde twice; each is one body, that of
    its record 60. Every record 50 that is not marked "verbandsfrei" (Textkennzeichen 50) is an association, also
    one with a single member, which is then noticed; in the editions of 2021 to 2024 all have several.
    """
    return _Description(edition).result()


def is_contract(text_code: str | None, land: str) -> bool:
    """Whether an association is no body of its own but a contract under which one member works for the others.

    The erfüllende Gemeinde (58), and in Baden-Württemberg and Sachsen the Verwaltungsgemeinschaft (54).
    """
    return text_code == "58" or (text_code == "54" and land in ("08", "14"))


@dataclass(slots=True)
class _Sum:
    """Figures of a unit, added up over its Gemeinden; coordinates are weighted by area."""

    area_ha: int = 0
    population: int = 0
    male: int = 0
    has_male: bool = False
    _lon: float = 0.0
    _lat: float = 0.0
    _weight: float = 0.0

    def add(self, gemeinde: RegisterRecord) -> None:
        self.area_ha += gemeinde.area_ha or 0
        self.population += gemeinde.population or 0
        if gemeinde.male is not None:
            self.male += gemeinde.male
            self.has_male = True
        if gemeinde.lon is not None and gemeinde.lat is not None:
            # A Gemeinde of no area still has a place.
            weight = gemeinde.area_ha or 1
            self._lon += gemeinde.lon * weight
            self._lat += gemeinde.lat * weight
            self._weight += weight

    @property
    def lon(self) -> float | None:
        return round(self._lon / self._weight, 6) if self._weight else None

    @property
    def lat(self) -> float | None:
        return round(self._lat / self._weight, 6) if self._weight else None


@dataclass(slots=True)
class _Description:
    edition: EditionFile
    _records: Sequence[RegisterRecord] = ()
    _kreise: dict[str, RegisterRecord] = field(default_factory=dict)
    _bezirke: set[str] = field(default_factory=set)
    _lands: set[str] = field(default_factory=set)
    _associations: set[str] = field(default_factory=set)
    _members: dict[str, list[RegisterRecord]] = field(default_factory=lambda: defaultdict(list))
    _sums: dict[str, _Sum] = field(default_factory=lambda: defaultdict(_Sum))
    _seats: dict[str, str | None] = field(default_factory=dict)
    _repeated: Counter[str] = field(default_factory=Counter)
    _no_level: Counter[str] = field(default_factory=Counter)
    _skipped: int = 0
    _notices: list[Notice] = field(default_factory=list)

    def result(self) -> EditionBodies:
        # A parent's key is the beginning of its children's: in this order it comes before them.
        self._records = sorted(self.edition.records, key=lambda record: record.ars)
        self._survey()
        bodies = [body for body in map(self._body, self._records) if body is not None]
        self._notice_whole()
        accounting = Accounting(len(self._records), len(bodies), dict(self._repeated), dict(self._no_level))
        return EditionBodies(
            self.edition.edition_date,
            self.edition.population_date,
            self.edition.format,
            tuple(bodies),
            accounting,
            tuple(self._notices),
        )

    def _survey(self) -> None:
        """Learn which units exist, and add up the figures of those above the Gemeinde."""
        for record in self._records:
            if record.satzart is Satzart.GEMEINDE:
                key = record.ars
                self._members[key[:9]].append(record)
                for length in (2, 3, 5, 9):
                    self._sums[key[:length]].add(record)
            elif record.satzart is Satzart.KREIS:
                self._kreise[record.ars] = record
                self._seats[record.ars] = record.seat
            elif record.satzart is Satzart.LAND:
                self._lands.add(record.land)
            elif record.satzart is Satzart.REGIERUNGSBEZIRK and _no_level(record) is None:
                self._bezirke.add(record.ars)
            elif record.satzart is Satzart.GEMEINDEVERBAND and record.text_code != _VERBANDSFREI:
                self._associations.add(record.ars)

    def _body(self, record: RegisterRecord) -> Body | None:
        """The body that a record stands for; None if it is a repeated mention or no level."""
        if reason := _no_level(record):
            self._no_level[reason] += 1
            return None
        if record.satzart is Satzart.GEMEINDE:
            return self._gemeinde(record)
        if _is_repeated(record):
            self._repeated[record.satzart.value] += 1
            return None
        if record.satzart is Satzart.LAND:
            return self._upper(record, Level.LAND, None)
        if record.satzart is Satzart.REGIERUNGSBEZIRK:
            return self._upper(record, Level.REGIERUNGSBEZIRK, self._land_of(record))
        if record.satzart is Satzart.KREIS:
            return self._upper(record, Level.LANDKREIS, self._above_kreis(record))
        return self._association(record)

    def _upper(self, record: RegisterRecord, level: Level, parent: BodyRef | None, **more: object) -> Body:
        figures = self._sums[record.ars]
        return Body(
            level=level,
            key=record.ars,
            ars=record.ars,
            official_name=record.name,
            display_name=display_name(record.name, level, record.text_code, record.land),
            text_code=record.text_code or None,
            parent=parent,
            area_km2=figures.area_ha / 100,
            population=figures.population,
            population_male=figures.male if figures.has_male else None,
            population_date=self.edition.population_date,
            longitude=figures.lon,
            latitude=figures.lat,
            seat=record.seat,
            inhabited=figures.population > 0,
            **more,  # type: ignore[arg-type]
        )

    def _association(self, record: RegisterRecord) -> Body:
        ref = BodyRef(Level.GEMEINDEVERBAND, record.ars)
        members = self._members[record.ars]
        contract = is_contract(record.text_code, record.land)
        fulfilling = _fulfilling(record, members) if contract else None
        body = self._upper(
            record, Level.GEMEINDEVERBAND, self._kreis_of(record), is_contract=contract, fulfilling=fulfilling
        )
        if contract and fulfilling is None:
            text = (
                f"Welche Gemeinde die Aufgaben von „{body.display_name}“ ({ref.key}) erfüllt, steht nicht in der Datei."
            )
            self._notices.append(Notice(NoticeKind.NO_FULFILLING, ref, text))
        if len(members) < 2:
            text = f"„{body.display_name}“ ({ref.key}) hat weniger als zwei Mitglieder."
            self._notices.append(Notice(NoticeKind.SINGLE_MEMBER, ref, text))
        return body

    def _gemeinde(self, record: RegisterRecord) -> Body:
        level = Level.KREISFREIE_STADT if self._is_city(record) else Level.GEMEINDE
        parent = self._above_kreis(record) if level is Level.KREISFREIE_STADT else self._above_gemeinde(record)
        return Body(
            level=level,
            key=record.ags,
            ars=record.ars,
            official_name=record.name,
            display_name=display_name(record.name, level, record.text_code, record.land),
            text_code=record.text_code,
            parent=parent,
            area_km2=None if record.area_ha is None else record.area_ha / 100,
            population=record.population,
            population_male=record.male,
            population_date=self.edition.population_date,
            postal_code=record.plz,
            longitude=record.lon,
            latitude=record.lat,
            travel_region=record.travel_region,
            urbanisation=record.urbanisation,
            seat=self._seats.get(record.ars[:5]) if level is Level.KREISFREIE_STADT else None,
            inhabited=record.text_code not in _GEMEINDEFREI or bool(record.population),
        )

    def _is_city(self, record: RegisterRecord) -> bool:
        kreis = self._kreise.get(record.ars[:5])
        return record.gem == "000" and (kreis is None or kreis.text_code in KREISFREI)

    def _land_of(self, record: RegisterRecord) -> BodyRef | None:
        return BodyRef(Level.LAND, record.land) if record.land in self._lands else None

    def _above_kreis(self, record: RegisterRecord) -> BodyRef | None:
        bezirk = record.ars[:3]
        if bezirk in self._bezirke:
            return BodyRef(Level.REGIERUNGSBEZIRK, bezirk)
        self._skipped += 1
        return self._land_of(record)

    def _kreis_of(self, record: RegisterRecord) -> BodyRef | None:
        kreis = self._kreise.get(record.ars[:5])
        if kreis is None:
            return self._above_missing_kreis(record)
        if kreis.text_code in KREISFREI:
            return BodyRef(Level.KREISFREIE_STADT, f"{kreis.ars}000")
        return BodyRef(Level.LANDKREIS, kreis.ars)

    def _above_missing_kreis(self, record: RegisterRecord) -> BodyRef | None:
        gemeinde = record.satzart is Satzart.GEMEINDE
        ref = BodyRef(Level.GEMEINDE, record.ags) if gemeinde else BodyRef(Level.GEMEINDEVERBAND, record.ars)
        bezirk = BodyRef(Level.REGIERUNGSBEZIRK, record.ars[:3]) if record.ars[:3] in self._bezirke else None
        above = bezirk or self._land_of(record)
        where = "der Regierungsbezirk" if bezirk else "das Land"
        text = f"Zu {record.name} ({ref.key}) fehlt der Satz des Kreises {record.ars[:5]}; übergeordnet ist {where}."
        self._notices.append(Notice(NoticeKind.NO_KREIS, ref, text))
        return above

    def _above_gemeinde(self, record: RegisterRecord) -> BodyRef | None:
        association = record.ars[:9]
        if association in self._associations:
            return BodyRef(Level.GEMEINDEVERBAND, association)
        return self._kreis_of(record)

    def _notice_whole(self) -> None:
        if self._skipped:
            text = f"{self._skipped} Kreise und kreisfreie Städte gehören ohne Regierungsbezirk unmittelbar zum Land."
            self._notices.append(Notice(NoticeKind.LEVEL_SKIPPED, None, text))
        if self._no_level:
            text = (
                f"Keine Ebene sind {self._no_level['region']} Regionen, {self._no_level['former_regierungsbezirk']} "
                f"frühere Regierungsbezirke und {self._no_level['statistical_region']} Statistische Regionen."
            )
            self._notices.append(Notice(NoticeKind.NO_LEVEL, None, text))


def _no_level(record: RegisterRecord) -> str | None:
    """Why a record is no level of ours; None if it is one."""
    if record.satzart is Satzart.REGION:
        return "region"
    if record.satzart is Satzart.REGIERUNGSBEZIRK:
        return next((why for mark, why in _MARKS_OF_NO_LEVEL.items() if record.name.startswith(mark)), None)
    return None


def _is_repeated(record: RegisterRecord) -> bool:
    """Whether a record mentions a body again that has its own record 60."""
    if record.satzart is Satzart.KREIS:
        return record.text_code in KREISFREI
    return record.satzart is Satzart.GEMEINDEVERBAND and record.text_code == _VERBANDSFREI


def _fulfilling(association: RegisterRecord, members: Iterable[RegisterRecord]) -> BodyRef | None:
    """The member that does the work: the one that the seat names, or else the name; None if not exactly one does."""
    forms = {member.ags: _forms(bare_name(member.name)) for member in members}
    for named in (association.seat or "", seat_of_contract(association.name)):
        found = [ags for ags, names in forms.items() if names & _forms(named)]
        if len(found) == 1:
            return BodyRef(Level.GEMEINDE, found[0])
    return None


def _forms(name: str) -> set[str]:
    """The name, and without its Sorbian half (Rietschen / Rěčicy) or its region (Lugau/Erzgeb.)."""
    return {name, name.partition(" / ")[0], name.partition("/")[0].strip()} - {""}
