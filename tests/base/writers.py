"""A process that becomes 16 writers, for the test that kills it: ``python -m tests.base.writers FOLDER``."""

import os
import sys
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from kooperation.base.config import from_environment
from kooperation.base.db import db, init_db

WRITERS = 16


def app_in(folder: Path) -> Flask:
    """An app with nothing but a database."""
    app = Flask("writers")
    init_db(app, from_environment({"KOOPERATION_MODE": "test", "KOOPERATION_INSTANCE": str(folder)}))
    return app


def write_for_ever(app: Flask, writer: int, receipts: int) -> None:
    """Read, write two rows, commit, and only then leave a receipt."""
    with app.app_context():
        while True:
            last = db.session.scalar(text("SELECT coalesce(max(number), 0) FROM slip WHERE writer = :w"), {"w": writer})
            values = {"w": writer, "n": last + 1}
            db.session.execute(text("INSERT INTO slip VALUES (:w, :n, 'first')"), values)
            db.session.execute(text("INSERT INTO slip VALUES (:w, :n, 'second')"), values)
            db.session.commit()
            os.write(receipts, f"{writer} {last + 1}\n".encode())


def main(folder: Path) -> None:
    app = app_in(folder)
    receipts = os.open(folder / "receipts", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for writer in range(1, WRITERS):
        if os.fork() == 0:
            write_for_ever(app, writer, receipts)
    write_for_ever(app, 0, receipts)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
