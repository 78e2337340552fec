"""The real site with the demonstration region, for tests and pictures."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from kooperation.accounts.models import User
from kooperation.app import create_app
from kooperation.audit.services import SHELL
from kooperation.base.db import db, now
from kooperation.demo import accounts
from kooperation.demo.services import load
from kooperation.register.rules.uploads import UploadState
from tests.conftest import configuration
from tests.register.uploading import SUMMARY, make_upload


def demonstration(instance: Path) -> Flask:
    """The app on a fresh database in this folder, with the demonstration region and its people loaded."""
    app = create_app(configuration(instance))
    with app.app_context():
        upgrade()
        load(actor=SHELL)
        accounts.load(actor=SHELL)
        _uploads()
        db.session.commit()
    return app


def _uploads() -> None:
    """A register file in each of the states that look different; nobody works on them."""
    admin = db.session.scalar(select(User).where(User.email == f"administration@{accounts.DOMAIN}"))
    warned = replace(SUMMARY, warnings=["Diese Ausgabe ist älter als die zuletzt eingelesene."])
    make_upload(admin)
    make_upload(admin, UploadState.APPLYING)
    make_upload(admin, UploadState.APPLIED, stored_as=None)
    problems = {"told": ["Blatt „Gemeinden“, Zeile 12, Spalte J: erwartet: eine ganze Zahl ab 0."], "more": 3}
    make_upload(admin, UploadState.REFUSED, stored_as=None, problems=problems)
    make_upload(admin, summary=warned)
    make_upload(admin, UploadState.APPLYING, state_since=now() - timedelta(days=1))
