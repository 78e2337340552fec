"""Whether this process lives, and whether the whole is ready for visitors: for load balancers and monitoring."""

import logging
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from kooperation.base import jobs
from kooperation.base.config import ROOT
from kooperation.base.db import db, reading

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

log = logging.getLogger(__name__)
bp = Blueprint("health", __name__)


SUPPLIED = frozenset({"alembic_version", "topic"})
"""Tables that migrations fill: rows in them alone are nothing that anybody entered."""


class Schema(StrEnum):
    """How the migrations of a database stand to those of this program."""

    CURRENT = "current"
    BEHIND = "behind"
    AHEAD = "ahead"


@cache
def _scripts() -> "ScriptDirectory":
    # Alembic is loaded when somebody asks: a web process starts without it.
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    return ScriptDirectory(str(ROOT / "migrations"))


@cache
def heads() -> frozenset[str]:
    """The newest migration of this program."""
    return frozenset(_scripts().get_heads())


@cache
def _known() -> frozenset[str]:
    return frozenset(script.revision for script in _scripts().walk_revisions())


def compare(revisions: set[str]) -> Schema:
    """How a database with these revisions stands to this program; one that the program does not know is ahead."""
    if revisions == heads():
        return Schema.CURRENT
    return Schema.BEHIND if revisions <= _known() else Schema.AHEAD


def schema_of(connection: Connection) -> Schema:
    """How the database behind this connection stands to this program."""
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415

    return compare(set(MigrationContext.configure(connection).get_current_heads()))


def schema() -> Schema:
    """How the app's own database stands to this program. Raises SQLAlchemyError where it does not answer."""
    with reading():
        return schema_of(db.session.connection())


def ready() -> dict[str, bool]:
    """Whether the database answers, its migrations are this program's, and a worker is alive."""
    parts = {"database": False, "migrations": False, "worker": False}
    try:
        parts["migrations"] = schema() is Schema.CURRENT
        parts["database"] = True
    except SQLAlchemyError as error:
        log.warning("not ready: the database does not answer: %s", error)
    try:
        parts["worker"] = jobs.worker_alive()
    except jobs.UNREACHABLE as error:
        log.warning("not ready: the queue does not answer: %s", error)
    return parts


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Say that this process answers; asks nothing else, so that a database at rest does not restart the program."""
    return Response("ok\n", mimetype="text/plain", headers={"Cache-Control": "no-store"})


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Say whether everything is there that a visitor needs; 503 where not."""
    parts = ready()
    answer = jsonify(ready=all(parts.values()), **parts)
    answer.headers["Cache-Control"] = "no-store"
    answer.status_code = 200 if all(parts.values()) else 503
    return answer
