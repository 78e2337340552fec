"""Whether the records of an edition make a whole: what is missing, double, or without its place above or below."""

from collections import Counter
from collections.abc import Sequence

from kooperation.register.parse.assembly import LANDS
from kooperation.register.parse.problems import ProblemList
from kooperation.register.rules.records import RegisterRecord, Satzart

KREISFREI = frozenset({"41", "42"})
"""Textkennzeichen of a Kreis that is one city: kreisfreie Stadt, Stadtkreis."""


def check_edition(records: Sequence[RegisterRecord], problems: ProblemList) -> None:
    """Tell ``problems`` what does not fit together. A truncated file shows in units that have no Gemeinde.

    Allowed, since real editions have it: a Gemeinde without a record of its Kreis or Regierungsbezirk.
    """
    _check_doubles(records, problems)
    gemeinden = [record for record in records if record.satzart is Satzart.GEMEINDE]
    if not gemeinden:
        problems.add(None, None, "mindestens eine Gemeinde (Satzart 60)", "keine")
        return
    _check_lands(records, problems)
    _check_members(records, gemeinden, problems)
    _check_associations(records, gemeinden, problems)
    _check_cities(records, gemeinden, problems)


def _check_doubles(records: Sequence[RegisterRecord], problems: ProblemList) -> None:
    first: dict[tuple[Satzart, str], int] = {}
    for record in records:
        line = first.setdefault((record.satzart, record.ars), record.line)
        if line != record.line:
            expected = f"jeder Schlüssel einmal; {record.ars} (Satzart {record.satzart}) steht schon in Zeile {line}"
            problems.add(record.line, None, expected, record.name)
    by_ags: dict[str, int] = {}
    for record in records:
        if record.satzart is Satzart.GEMEINDE:
            line = by_ags.setdefault(record.ags, record.line)
            if line != record.line and first[(record.satzart, record.ars)] == record.line:
                problems.add(
                    record.line, None, f"jeder AGS einmal; {record.ags} steht schon in Zeile {line}", record.name
                )


def _check_lands(records: Sequence[RegisterRecord], problems: ProblemList) -> None:
    """Each of the sixteen Länder has its record; one that is missing is told once, at its first record."""
    present = {record.land for record in records if record.satzart is Satzart.LAND}
    first_line: dict[str, int] = {}
    for record in records:
        first_line.setdefault(record.land, record.line)
    for land in sorted(LANDS - present):
        found = f"{land} erst ab Gemeinden oder Kreisen" if land in first_line else None
        problems.add(first_line.get(land), None, f"ein Satz 10 für das Land {land}", found)


def _check_members(
    records: Sequence[RegisterRecord], gemeinden: Sequence[RegisterRecord], problems: ProblemList
) -> None:
    """Every unit above the Gemeinde has at least one; a cut-off file has units without."""
    above: set[str] = set()
    for gemeinde in gemeinden:
        above.update((gemeinde.land, gemeinde.ars[:3], gemeinde.ars[:5], gemeinde.ars[:9]))
    # A Region has one digit where the Kreis has two, the first of them.
    above.update([gemeinde.ars[:4] for gemeinde in gemeinden])
    for record in records:
        if record.satzart is not Satzart.GEMEINDE and record.ars not in above:
            expected = f"mindestens eine Gemeinde (Satzart 60) unter Satzart {record.satzart} {record.ars}"
            problems.add(record.line, None, expected, record.name)


def _check_associations(
    records: Sequence[RegisterRecord], gemeinden: Sequence[RegisterRecord], problems: ProblemList
) -> None:
    """A Gemeinde in an association needs its record; one by itself (Verband "0…" or "9…") does not."""
    associations = {record.ars: record for record in records if record.satzart is Satzart.GEMEINDEVERBAND}
    missing: set[str] = set()
    for gemeinde in gemeinden:
        key = gemeinde.ars[:9]
        if key not in associations and gemeinde.vb[0] not in "09" and key not in missing:
            missing.add(key)
            problems.add(gemeinde.line, None, f"ein Satz 50 für den Gemeindeverband {key}", gemeinde.name)
    members = Counter(gemeinde.ars[:9] for gemeinde in gemeinden)
    for key, record in associations.items():
        if record.text_code == "50" and members[key] > 1:
            expected = "genau eine Gemeinde unter einem verbandsfreien Satz 50"
            problems.add(record.line, None, expected, f"{members[key]} unter {record.name}")


def _check_cities(
    records: Sequence[RegisterRecord], gemeinden: Sequence[RegisterRecord], problems: ProblemList
) -> None:
    """A kreisfreie Stadt is the one Gemeinde 000 of its Kreis, and there is none elsewhere."""
    cities = {gemeinde.ars[:5] for gemeinde in gemeinden if gemeinde.gem == "000"}
    kreise = {record.ars: record for record in records if record.satzart is Satzart.KREIS}
    for key, kreis in kreise.items():
        if kreis.text_code in KREISFREI and key not in cities:
            problems.add(kreis.line, None, f"eine Gemeinde {key}000 zur kreisfreien Stadt", kreis.name)
        if kreis.text_code not in KREISFREI and key in cities:
            problems.add(kreis.line, None, f"keine Gemeinde {key}000 in einem Landkreis", kreis.name)
