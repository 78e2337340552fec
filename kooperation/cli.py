"""The command `kooperation`: what an operator does in the shell."""

import sys

import click
from flask_migrate.cli import db as migrations

from kooperation.app import create_app
from kooperation.base.backup import backup, restore
from kooperation.base.config import ConfigError
from kooperation.base.serving import serve, worker


def main() -> None:
    """Run the command; a configuration that may not be started is answered by its sentence, without a traceback."""
    try:
        app = create_app()
    except ConfigError as error:
        click.echo(f"kooperation: {error}", err=True)
        sys.exit(78)  # EX_CONFIG of sysexits.h
    group = click.Group("kooperation", help="Kooperationen der Kommunen: Betrieb und Daten.")
    for command in (serve, worker, backup, restore, migrations, *app.cli.commands.values()):
        group.add_command(command)
    with app.app_context():
        group(prog_name="kooperation")
