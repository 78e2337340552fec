"""How Alembic runs the migrations: on the app's own engine, each in a transaction of its own."""

from typing import Any

from alembic import context
from alembic.operations.ops import MigrationScript
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection

database = current_app.extensions["migrate"].db


def number_revision(migration_context: Any, _revision: Any, directives: list[MigrationScript]) -> None:
    """Number a new migration behind the last one, and write none where models and database agree."""
    if not directives or getattr(context.config.cmd_opts, "autogenerate", False) is False:
        return
    script = directives[0]
    if script.upgrade_ops is not None and script.upgrade_ops.is_empty():
        directives[:] = []
        return
    head = ScriptDirectory.from_config(context.config).get_current_head()
    script.rev_id = f"{int(head or 0) + 1:04d}"


def run(connection: Connection) -> None:
    """Run the migrations that were asked for on this connection."""
    options = {**current_app.extensions["migrate"].configure_args}
    options["process_revision_directives"] = number_revision
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        transaction_per_migration=True,
        # SQLite has it, once the driver no longer begins transactions on its own.
        transactional_ddl=True,
        **options,
    )
    with context.begin_transaction():
        context.run_migrations()


with database.engine.connect() as its_connection:
    is_sqlite = its_connection.dialect.name == "sqlite"
    if is_sqlite:
        # A batch migration builds a table anew: with foreign keys on, dropping the old one would delete what refers to
        # it.
        driver = its_connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys = OFF")
    run(its_connection)
    if is_sqlite:
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
        driver.execute("PRAGMA foreign_keys = ON")
        if broken:
            raise RuntimeError(f"the migration broke foreign keys: {broken[:5]}")
