"""The real site with the demonstration region, for tests and pictures."""

from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from kooperation.app import create_app
from kooperation.audit.services import SHELL
from kooperation.base.db import db
from kooperation.demo import accounts
from kooperation.demo.services import load
from tests.conftest import configuration


def demonstration(instance: Path) -> Flask:
    """The app on a fresh database in this folder, with the demonstration region and its people loaded."""
    app = create_app(configuration(instance))
    with app.app_context():
        upgrade()
        load(actor=SHELL)
        accounts.load(actor=SHELL)
        db.session.commit()
    return app
