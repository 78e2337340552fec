"""Units side by side: one row a fact, one cell a unit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kooperation.base.i18n import _, decimal, number
from kooperation.base.text import N_
from kooperation.parties.models import Municipality
from kooperation.parties.queries import Ancestor
from kooperation.register.rules.labels import kind_label


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """A fact of all compared units, as text."""

    label: str
    cells: Sequence[str]


def _density(unit: Municipality) -> str:
    return decimal(unit.population / unit.area_km2, 0) if unit.population and unit.area_km2 else "–"


_FACTS: tuple[tuple[str, Callable[[Municipality], str]], ...] = (
    (N_("Art"), lambda unit: _(kind_label(unit.level, unit.text_code, unit.key)) if unit.level and unit.key else "–"),
    (N_("Schlüssel"), lambda unit: unit.key or "–"),
    (N_("Bevölkerung"), lambda unit: number(unit.population)),
    (N_("Fläche in km²"), lambda unit: decimal(unit.area_km2)),
    (N_("Bevölkerung je km²"), _density),
    (N_("Grad der Verstädterung"), lambda unit: unit.urbanisation or "–"),
    (N_("Reisegebiet"), lambda unit: unit.travel_region or "–"),
)


_PLACE_OF_PARENTS = 2


def comparison(units: Sequence[Municipality], above: Mapping[int, Ancestor]) -> list[ComparisonRow]:
    """The facts of the units, in a fixed order; a fact that no unit has is left out. ``above`` are their ancestors."""
    rows = [ComparisonRow(_(label), [fact(unit) for unit in units]) for label, fact in _FACTS]
    belonging = [above[one.parent_id].display_name if one.parent_id else "–" for one in units]
    rows.insert(_PLACE_OF_PARENTS, ComparisonRow(_("Gehört zu"), belonging))
    return [row for row in rows if any(cell != "–" for cell in row.cells)]
