"""`kooperation demo`: load the invented region, and take it out again."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from flask.cli import AppGroup

from kooperation.audit.services import SHELL
from kooperation.base.config import Config, Mode
from kooperation.base.db import db, reading
from kooperation.base.errors import RuleViolation
from kooperation.base.i18n import number
from kooperation.demo import accounts, queries, services
from kooperation.demo.region import LAND_NAME

demo_cli = AppGroup("demo", help="Das erfundene Beispielgebiet laden und entfernen.")


@demo_cli.command("load")
@click.option("--if-empty", is_flag=True, help="Nur in eine Datenbank laden, in der noch niemand steht.")
@click.option("--invented-data-in-production", is_flag=True, help="Auch im wirklichen Betrieb laden.")
def load(if_empty: bool, invented_data_in_production: bool) -> None:
    """Das erfundene Land mit seinen Kreisen, Verbänden und Gemeinden laden."""
    with _refusals_told():
        if if_empty and not _is_empty():
            return
        if _mode() is Mode.PRODUCTION and not invented_data_in_production:
            raise RuleViolation(
                "Das ist der wirkliche Betrieb (KOOPERATION_MODE=production), und das Beispielgebiet ist erfunden. "
                "Laden Sie es trotzdem mit --invented-data-in-production."
            )
        count = services.load(actor=SHELL)
        # Their password is known to everybody, so they exist nowhere else.
        if _mode() is Mode.DEMONSTRATION:
            accounts.load(actor=SHELL)
        db.session.commit()
        click.echo(f"Beispielgebiet {LAND_NAME} geladen: {number(count)} erfundene Einheiten.")


@demo_cli.command("remove")
def remove() -> None:
    """Das Beispielgebiet vollständig entfernen."""
    with _refusals_told():
        count = services.remove(actor=SHELL)
        db.session.commit()
        click.echo(f"Beispielgebiet {LAND_NAME} entfernt: {number(count)} Einheiten.")


def _is_empty() -> bool:
    with reading():
        return queries.is_empty()


def _mode() -> Mode:
    config: Config = current_app.extensions["kooperation"]
    return config.mode


@contextmanager
def _refusals_told() -> Iterator[None]:
    try:
        yield
    except RuleViolation as refusal:
        db.session.rollback()
        click.echo(refusal.message, err=True)
        sys.exit(1)
