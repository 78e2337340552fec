"""The command `kooperation`: what an operator does in the shell."""

import sys
from typing import Any

import click
from flask_migrate.cli import db as migrations
from sqlalchemy.exc import DBAPIError, OperationalError

from kooperation.app import FEATURE_COMMANDS, create_app
from kooperation.base.backup import backup, restore
from kooperation.base.config import ConfigError
from kooperation.base.db import reason_of
from kooperation.base.serving import ensure_current_schema, serve, worker


class Commands(click.Group):
    """All commands. A database that fails them is told in a sentence; a mistake of ours keeps its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except DBAPIError as error:
            ensure_current_schema()
            if not isinstance(error, OperationalError):
                raise
            raise click.ClickException(
                f"Die Datenbank hat abgebrochen: {reason_of(error)}. Versuchen Sie es noch einmal."
            ) from error


def main() -> None:
    """Run the command; a configuration that may not be started is answered by its sentence, without a traceback.

    Help needs no configuration.
    """
    group = Commands("kooperation", help="Kooperationen der Kommunen: Betrieb und Daten.")
    for command in (serve, worker, backup, restore, migrations, *FEATURE_COMMANDS):
        group.add_command(command)
    if len(sys.argv) == 1 or "--help" in sys.argv:
        group(prog_name="kooperation")
    try:
        app = create_app()
    except ConfigError as error:
        click.echo(f"kooperation: {error}", err=True)
        sys.exit(78)  # EX_CONFIG of sysexits.h
    with app.app_context():
        group(prog_name="kooperation")
