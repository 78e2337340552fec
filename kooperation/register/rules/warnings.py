"""What is unusual about an edition: nothing is wrong with it, and yet somebody should look before it is applied."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from kooperation.base.text import N_
from kooperation.parties.rules import Level
from kooperation.register.rules.bodies import Body
from kooperation.register.rules.plans import EditionPlan
from kooperation.register.rules.records import EditionFile, EditionFormat, RegisterRecord, Satzart

MANY_PER_HUNDRED = 2
MANY_AT_LEAST = 10
"""A year of reforms dissolved 24 of 12,500 units; a Kreisreform in a Land some hundred."""


@dataclass(frozen=True, slots=True)
class Latest:
    """What is asked of the newest edition that was imported."""

    edition_date: date
    format: str
    sha256: str


def edition_warnings(file: EditionFile, plan: EditionPlan, latest: Latest | None) -> list[str]:
    """Sentences about an edition and its plan, the most important first."""
    return list(_warnings(file, plan, latest))


def _warnings(file: EditionFile, plan: EditionPlan, latest: Latest | None) -> Iterator[str]:
    last = _last_gemeinde(file)
    if latest is None and file.format is EditionFormat.GV100AD:
        yield (
            f"Die Datei endet mit „{last.name}“ ({last.ags}). Dieses Format nennt keine Summen; ob die Datei "
            "vollständig ist, lässt sich beim ersten Einlesen nicht prüfen. Vergleichen Sie das Ende mit der Quelle."
        )
    if latest is not None and file.edition_date < latest.edition_date:
        yield (
            f"Diese Ausgabe vom {file.edition_date:%d.%m.%Y} ist älter als die zuletzt eingelesene vom "
            f"{latest.edition_date:%d.%m.%Y}. Das Register ginge auf den älteren Stand zurück."
        )
    if missing := _behind(plan, last, file.format):
        named = ", ".join(body.display_name for body in missing[:3])
        yield (
            f"Die Datei endet mit „{last.name}“ ({last.ags}); das Register kennt dahinter noch {len(missing)} "
            f"(zum Beispiel {named}), und keine Gebietsänderung sagt, dass es sie nicht mehr gibt. "
            "Vermutlich ist die Datei abgeschnitten."
        )
    if is_suspicious(len(plan.dissolved), len(plan.dissolved) + plan.unchanged + len(plan.changed)):
        yield (
            f"Auffällig viele Einheiten würden aufgelöst: {len(plan.dissolved)}. "
            "Prüfen Sie, ob die Datei vollständig und für ganz Deutschland ist."
        )
    if latest is not None and latest.format != file.format.value:
        left_out = {
            EditionFormat.AUSZUG_GV: N_("Verwaltungssitze nennt dieses Format nicht"),
            EditionFormat.GV100AD: N_("Koordinaten, Reisegebiete und Verstädterung nennt dieses Format nicht"),
        }
        yield (
            f"Die letzte Ausgabe kam im Format {latest.format}, diese im Format {file.format}. "
            f"{left_out[file.format]}; was davon gespeichert ist, bleibt."
        )
    if plan.is_empty:
        known = latest is not None and latest.sha256 == file.sha256
        yield (N_("Genau diese Datei ist schon eingelesen.") if known else N_("Diese Ausgabe ändert nichts."))


def is_suspicious(dissolved: int, existing: int) -> bool:
    """Whether more units would be dissolved than reforms of a year explain."""
    return dissolved >= MANY_AT_LEAST and dissolved * 100 > existing * MANY_PER_HUNDRED


def _last_gemeinde(file: EditionFile) -> RegisterRecord:
    """The last Gemeinde as the file is ordered; reading refuses a file without any."""
    return next(record for record in reversed(file.records) if record.satzart is Satzart.GEMEINDE)


def _behind(plan: EditionPlan, last: RegisterRecord, kind: EditionFormat) -> list[Body]:
    """The stored Gemeinden without an explained end that the file's order would bring after its last one.

    A file that was cut at the end of a line looks whole but for these.
    """
    by_ags = kind is EditionFormat.GV100AD
    return [
        gone.body
        for gone in plan.dissolved
        if gone.event is None
        and gone.body.level in (Level.GEMEINDE, Level.KREISFREIE_STADT)
        and (gone.body.key > last.ags if by_ags else gone.body.ars > last.ars)
    ]
