"""Copying a PostgreSQL database out and in, with PostgreSQL's own programs."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click
import psycopg
from psycopg import sql
from sqlalchemy import URL

from kooperation.base.health import SUPPLIED
from kooperation.base.jobs import QUEUE_SCHEMA

NAME = "PostgreSQL"
MAGIC = b"PGDMP"

PACKAGE = "Installieren Sie das Paket postgresql-client in der Fassung Ihres Servers."
OWN_TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY c.relname
"""
"""The tables of the program, without those that belong to an extension."""


def dump(url: URL, target: Path) -> None:
    """Write the database as it is at this moment into an empty file; writers go on meanwhile."""
    _ensure_fit_for(url, "pg_dump")
    wanted = ["--format=custom", "--no-owner", "--no-privileges", f"--exclude-schema={QUEUE_SCHEMA}"]
    _run(url, "pg_dump", *wanted, f"--file={target}", f"--dbname={_address(url)}")


def check(path: Path) -> None:
    """Read the whole copy. Raises ClickException where it is damaged."""
    _run(None, "pg_restore", f"--file={os.devnull}", str(path))


def revisions(path: Path) -> set[str]:
    """The migrations that the copy stands at."""
    lines = _run(None, "pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(path)).splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("COPY ")]
    if not starts:
        raise click.ClickException(f"{path} ist keine Sicherung von kooperation.")
    rows = lines[starts[0] + 1 :]
    return set(rows[: rows.index("\\.")])


def has_data(url: URL) -> bool:
    """Whether any table of the program has a row."""
    with _connect(url) as connection:
        for table in _own_tables(connection):
            query = sql.SQL("SELECT 1 FROM public.{} LIMIT 1").format(sql.Identifier(table))
            if table not in SUPPLIED and connection.execute(query).fetchone():
                return True
    return False


def load(url: URL, source: Path) -> None:
    """Put a checked copy in the place of the program's tables, in one transaction.

    Raises ClickException, and changes nothing, where PostgreSQL refuses a statement or the copy cannot be read.
    """
    _ensure_fit_for(url, "pg_restore")
    clearing = _clearing(url)
    with tempfile.TemporaryFile() as complaints:
        psql = subprocess.Popen(
            [_program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={_address(url)}"],
            env=_environment(url),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
        )
        restored = _feed(psql, clearing, source)
        if psql.wait() != 0 or not restored:
            complaints.seek(0)
            raise click.ClickException(
                f"Die Sicherung wurde nicht eingespielt, es ist alles beim Alten: {_last(complaints.read())}"
            )


def _feed(psql: "subprocess.Popen[bytes]", clearing: bytes, source: Path) -> bool:
    """Send psql what to do; without the COMMIT at the end it rolls everything back."""
    assert psql.stdin is not None
    options = ["--no-owner", "--no-privileges", "--no-comments", "--file=-"]
    try:
        with psql.stdin as statements:
            statements.write(clearing)
            statements.flush()
            script = subprocess.run([_program("pg_restore"), *options, str(source)], stdout=statements, check=False)
            if script.returncode == 0:
                statements.write(b"COMMIT;\n")
            return script.returncode == 0
    except BrokenPipeError:
        return False


def _clearing(url: URL) -> bytes:
    with _connect(url) as connection:
        drops = [
            sql.SQL("DROP TABLE IF EXISTS public.{} CASCADE;\n").format(sql.Identifier(table)).as_bytes(connection)
            for table in _own_tables(connection)
        ]
    # A server that still runs holds locks for moments only; one that hangs shall not hold us.
    return b"".join([b"BEGIN;\nSET LOCAL lock_timeout = '10s';\nSET LOCAL client_min_messages = warning;\n", *drops])


def _own_tables(connection: psycopg.Connection) -> list[str]:
    return [name for (name,) in connection.execute(OWN_TABLES)]


def _ensure_fit_for(url: URL, program: str) -> None:
    """Refuse programs that are older than the server: they cannot read all of it."""
    version = int(_run(None, program, "--version").split()[2].partition(".")[0])
    with _connect(url) as connection:
        server = connection.info.server_version // 10_000
    if version < server:
        raise click.ClickException(f"{program} hat die Fassung {version}, der Server die Fassung {server}. {PACKAGE}")


def _program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        raise click.ClickException(f"Das Programm {name} fehlt. {PACKAGE}")
    return found


def _run(url: URL | None, program: str, *arguments: str) -> str:
    """Run one of PostgreSQL's programs and give what it prints. Raises ClickException where it fails."""
    command: Sequence[str] = [_program(program), *arguments]
    environment = _environment(url) if url is not None else None
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    if done.returncode:
        raise click.ClickException(f"{program} ist gescheitert: {_last(done.stderr)}")
    return done.stdout.decode()


def _last(output: bytes) -> str:
    lines = [line.strip() for line in output.decode(errors="replace").splitlines() if line.strip()]
    return " ".join(lines[-3:]) or "ohne Meldung."


def _connect(url: URL) -> psycopg.Connection:
    try:
        return psycopg.connect(_address(url), password=url.password, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        raise click.ClickException(f"Die Datenbank antwortet nicht: {' '.join(str(error).split())}") from error


def _address(url: URL) -> str:
    """The database without the password, which everybody on the machine could read in the list of processes."""
    address = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return address.render_as_string()


def _environment(url: URL) -> dict[str, str]:
    return {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
