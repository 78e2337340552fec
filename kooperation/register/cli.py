"""`kooperation register`: import the official files, and say what the register holds."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from kooperation.audit.services import SHELL
from kooperation.base.db import db, reading
from kooperation.base.errors import RuleViolation
from kooperation.base.i18n import german_date, number
from kooperation.register.parse import MAX_BYTES, EditionFile, UnreadableFile
from kooperation.register.parse.apart import read_apart
from kooperation.register.queries.state import RegisterState, register_state
from kooperation.register.rules.labels import LEVELS_PLURAL, NO_LEVEL
from kooperation.register.rules.sections import Section, changes_sections, edition_sections
from kooperation.register.services.changes import PlannedChanges, apply_changes, plan_changes
from kooperation.register.services.editions import PlannedEdition, apply_edition, plan_import

ROWS_SHOWN = 10

register_cli = AppGroup("register", help="Das amtliche Gemeindeverzeichnis einlesen und prüfen.")


@register_cli.command("import")
@click.argument("path", metavar="DATEI", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Nur zeigen, was sich ändern würde.")
@click.option("--yes", is_flag=True, help="Nicht nachfragen.")
@click.option("--force", is_flag=True, help="Auch einen älteren Gebietsstand einlesen.")
@click.option("--all-rows", is_flag=True, help=f"Alle Zeilen des Plans zeigen, nicht nur {ROWS_SHOWN} je Abschnitt.")
def import_file(path: Path, dry_run: bool, yes: bool, force: bool, all_rows: bool) -> None:
    """DATEI einlesen: AuszugGV (XLSX), GV100AD (Text) oder Gebietsänderungen (XLSX)."""
    with _refusals_told():
        file = read_apart(_beginning_of(path), path.name)
        if isinstance(file, EditionFile):
            with reading():
                planned = plan_import(file, force=force)
            _show(planned, all_rows)
            if _agreed(dry_run, yes, nothing_to_do=planned.is_known and planned.plan.is_empty):
                _apply(planned)
        else:
            with reading():
                changes = plan_changes(file)
            _show_changes(changes, all_rows)
            if _agreed(dry_run, yes, nothing_to_do=changes.is_empty):
                apply_changes(changes, actor=SHELL)
                db.session.commit()
                click.echo("Eingelesen.")


def _beginning_of(path: Path) -> bytes:
    """The whole file, or of one that is too large in any case just enough to see that."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


@register_cli.command("status")
@click.option("--json", "as_json", is_flag=True, help="Als JSON ausgeben.")
def status(as_json: bool) -> None:
    """Sagen, welche Ausgaben eingelesen sind und was das Verzeichnis enthält."""
    with reading():
        state = register_state()
        if as_json:
            click.echo(json.dumps(_state_as_json(state), ensure_ascii=False, indent=2))
        else:
            _show_state(state)


def _show_state(state: RegisterState) -> None:
    if not state.editions:
        click.echo("Noch keine Ausgabe des Gemeindeverzeichnisses eingelesen: kooperation register import DATEI")
    for edition in state.editions:
        click.echo(f"Gebietsstand {german_date(edition.edition_date)}  {edition.format}  {edition.file_name}")
        click.echo(f"  Bevölkerung vom {german_date(edition.population_date)}, SHA-256 {edition.sha256}")
    for file in state.change_files:
        period = f"{german_date(file.starts_on)} bis {german_date(file.ends_on)}"
        click.echo(f"Gebietsänderungen {period}  {number(file.rows)} Zeilen  {file.file_name}")
        click.echo(f"  SHA-256 {file.sha256}")
    lines = {LEVELS_PLURAL[level]: count for level, count in state.bodies.items()} | {
        "Zusammen": sum(state.bodies.values()),
        "Bevölkerung": state.population,
        "Ohne übergeordnete Einheit": state.without_parent,
        "Aufgelöst, Nachfolge amtlich": state.dissolved_with_successor,
        "Aufgelöst, Nachfolge vorgeschlagen": state.dissolved_with_proposal,
        "Aufgelöst, ohne Nachfolge": state.dissolved_without_successor,
    }
    for name, count in lines.items():
        click.echo(f"{name:<36}{number(count):>12}")


def _state_as_json(state: RegisterState) -> dict[str, Any]:
    return {
        "editions": [
            {
                "edition_date": edition.edition_date.isoformat(),
                "population_date": edition.population_date.isoformat() if edition.population_date else None,
                "format": edition.format,
                "file_name": edition.file_name,
                "sha256": edition.sha256,
                "imported_at": edition.imported_at.isoformat(),
                "counts": edition.counts,
            }
            for edition in state.editions
        ],
        "change_files": [
            {
                "starts_on": file.starts_on.isoformat(),
                "ends_on": file.ends_on.isoformat(),
                "rows": file.rows,
                "file_name": file.file_name,
                "sha256": file.sha256,
                "imported_at": file.imported_at.isoformat(),
            }
            for file in state.change_files
        ],
        "bodies": {level.value: count for level, count in state.bodies.items()},
        "population": state.population,
        "without_parent": state.without_parent,
        "dissolved": {
            "with_successor": state.dissolved_with_successor,
            "with_proposal": state.dissolved_with_proposal,
            "without_successor": state.dissolved_without_successor,
        },
    }


def _show(planned: PlannedEdition, all_rows: bool) -> None:
    file, described = planned.file, planned.described
    click.echo(f"{file.name}: {file.format}, Gebietsstand {german_date(file.edition_date)}, SHA-256 {file.sha256}")
    click.echo(f"Bevölkerung {number(described.population)}, Stand {german_date(file.population_date)}")
    click.echo()
    for level, count in described.counts.items():
        click.echo(f"  {LEVELS_PLURAL[level]:<24}{number(count):>9}")
    for warning in planned.warnings if not (planned.is_known and planned.plan.is_empty) else ():
        click.echo(f"  Warnung: {warning}")
    accounting = described.accounting
    click.echo(f"  {'Einheiten':<24}{number(accounting.bodies):>9}  aus {number(accounting.records)} Sätzen")
    for what, count in accounting.repeated.items():
        click.echo(f"    weitere Nennung derselben Einheit (Satzart {what}): {number(count)}")
    for what, count in accounting.no_level.items():
        click.echo(f"    keine Verwaltungsebene: {NO_LEVEL[what]}: {number(count)}")
    for notice in described.notices[: None if all_rows else ROWS_SHOWN]:
        click.echo(f"  Hinweis: {notice.text}")
    if not all_rows and len(described.notices) > ROWS_SHOWN:
        click.echo(f"  … und {number(len(described.notices) - ROWS_SHOWN)} weitere Hinweise (--all-rows zeigt alle)")
    _show_sections(edition_sections(planned.plan), all_rows)


def _show_changes(planned: PlannedChanges, all_rows: bool) -> None:
    file = planned.file
    period = f"{german_date(file.starts_on)} bis {german_date(file.ends_on)}"
    click.echo(f"{file.name}: Gebietsänderungen {period}, SHA-256 {file.sha256}")
    click.echo(f"  {number(len(file.records))} Zeilen, davon neu: {number(len(planned.new))}")
    _show_sections(changes_sections(planned.new, planned.merged), all_rows)


def _show_sections(sections: Sequence[Section], all_rows: bool) -> None:
    for section in sections:
        click.echo(f"\n{section.title}: {number(section.count)}")
        shown = section.rows if all_rows else section.rows[:ROWS_SHOWN]
        for row in shown:
            click.echo(f"  {row.key:<9}  {row.name}" + (f": {row.text}" if row.text else ""))
        if len(section.rows) > len(shown):
            click.echo(f"  … und {number(len(section.rows) - len(shown))} weitere (--all-rows zeigt alle)")


def _apply(planned: PlannedEdition) -> None:
    with click.progressbar(length=planned.work, label="Einlesen", file=sys.stderr) as bar:
        apply_edition(planned, actor=SHELL, progress=bar.update)
        db.session.commit()
    click.echo("Eingelesen.")


def _agreed(dry_run: bool, yes: bool, *, nothing_to_do: bool) -> bool:
    if nothing_to_do:
        click.echo("Es ist nichts zu tun: Die Datei ist bereits eingelesen.")
        return False
    if dry_run:
        click.echo("Probelauf: Es wurde nichts geändert.")
        return False
    if yes or _confirmed("Jetzt einlesen?"):
        return True
    click.echo("Nicht eingelesen.")
    return False


def _confirmed(question: str) -> bool:
    """Ask until the answer is one; nothing means no. click's own question would want an English letter."""
    while True:
        answer = click.prompt(f"{question} [j/N]", default="n", show_default=False).strip().casefold()
        if answer in {"j", "ja", "n", "nein"}:
            return bool(answer.startswith("j"))
        click.echo("Bitte antworten Sie mit j (ja) oder n (nein).")


@contextmanager
def _refusals_told() -> Iterator[None]:
    try:
        yield
    except UnreadableFile as refusal:
        db.session.rollback()
        for problem in refusal.problems:
            click.echo(str(problem), err=True)
        if refusal.more:
            click.echo(f"… und {number(refusal.more)} weitere.", err=True)
        click.echo("Die Datei wurde nicht eingelesen, es wurde nichts geändert.", err=True)
        sys.exit(1)
    except RuleViolation as refusal:
        db.session.rollback()
        click.echo(refusal.message, err=True)
        sys.exit(1)
