"""`kooperation user`: accounts from the shell."""

import sys

import click
from flask.cli import AppGroup

from kooperation.accounts.services import users
from kooperation.audit.services import SHELL
from kooperation.base.db import db
from kooperation.base.errors import RuleViolation

user_cli = AppGroup("user", help="Konten anlegen.")


@user_cli.command("create")
@click.argument("address", metavar="E-MAIL")
@click.option("--name", required=True, help="Wie die Person heißt.")
@click.option("--admin", is_flag=True, help="Das Konto verwaltet die Instanz.")
@click.password_option("--password", prompt="Kennwort", confirmation_prompt="Kennwort wiederholen")
def create(address: str, name: str, admin: bool, password: str) -> None:
    """Ein Konto mit dieser E-Mail-Adresse anlegen; das Kennwort wird erfragt."""
    try:
        password_hash = users.hash_new(password, address=address, name=name)
        user = users.create_user(address, name, password_hash=password_hash, is_admin=admin, actor=SHELL)
    except RuleViolation as refusal:
        db.session.rollback()
        click.echo(refusal.message, err=True)
        sys.exit(1)
    db.session.commit()
    click.echo(f"Konto angelegt: {user.email}" + (" (verwaltet die Instanz)" if admin else ""))
