"""The commands that run the program: ``serve`` (web server and worker) and ``worker`` (the worker alone)."""

import errno
import os
import socket
import sys
from contextlib import suppress
from ipaddress import ip_address

import click
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from kooperation.base import health, jobs
from kooperation.base.config import Config
from kooperation.base.db import db
from kooperation.base.logs import set_up_logging
from kooperation.base.processes import READY_HANDLE, Child, Supervisor

BACKLOG = 512


@click.command()
@click.option("--reload", is_flag=True, help="Neu laden, sobald sich der Programmcode ändert (zum Entwickeln).")
def serve(reload: bool) -> None:
    """Webserver und Hintergrunddienst starten."""
    config = _config()
    ensure_current_schema()
    with _listen(config) as listener:
        sys.exit(_supervisor(config, listener, reload=reload).run())


@click.command()
def worker() -> None:
    """Nur den Hintergrunddienst starten (serve bringt ihn schon mit)."""
    ensure_current_schema()
    set_up_logging()
    jobs.run_worker(_app())


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


def _config() -> Config:
    config: Config = current_app.extensions["kooperation"]
    return config


def ensure_current_schema() -> None:
    """Refuse to start (ClickException) on a database that does not answer or has other migrations than this program."""
    try:
        schema = health.schema()
    except SQLAlchemyError as error:
        reason = " ".join(str(error.__cause__ or error).split())
        raise click.ClickException(f"Die Datenbank antwortet nicht: {reason}") from error
    finally:
        db.engine.dispose()
    if schema is health.Schema.BEHIND:
        raise click.ClickException(
            "Die Datenbank ist noch nicht auf dem Stand dieses Programms. Führen Sie zuerst aus: kooperation db upgrade"
        )
    if schema is health.Schema.AHEAD:
        raise click.ClickException(
            "Die Datenbank gehört zu einer neueren Fassung des Programms. Starten Sie die neuere Fassung, "
            "oder spielen Sie eine ältere Sicherung ein: kooperation restore DATEI --replace"
        )


def _listen(config: Config) -> socket.socket:
    """Open the port before anything starts: the server inherits it, and a port that is taken is told at once."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((config.host, config.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise click.ClickException(_why_not_listening(config, error)) from error
    return listener


def _why_not_listening(config: Config, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Der Port {config.port} auf {config.host} ist schon belegt. "
            f"Beenden Sie das andere Programm, oder wählen Sie einen anderen Port: PORT={config.port + 1}"
        )
    if error.errno == errno.EACCES:
        return f"Der Port {config.port} ist diesem Benutzer nicht erlaubt. Wählen Sie mit PORT einen ab 1024."
    return f"HOST={config.host} ist keine Adresse dieses Rechners ({error.strerror})."


def address(config: Config) -> str:
    """What to type into a browser on this machine."""
    host = config.host
    with suppress(ValueError):
        if ip_address(host).is_unspecified:
            host = "::1" if ":" in host else "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{config.port}/"


def _supervisor(config: Config, listener: socket.socket, *, reload: bool) -> Supervisor:
    reader, writer = os.pipe()
    python = sys.executable
    server = [python, "-m", "gunicorn", "--config", "python:kooperation.base.gunicorn_conf"]
    server += ["--bind", f"fd://{listener.fileno()}", *(["--reload"] if reload else []), "wsgi:app"]
    set_up_logging()
    return Supervisor(
        server=Child("Webserver", server, handles=(listener.fileno(), writer), environment={READY_HANDLE: str(writer)}),
        helper=Child("Hintergrunddienst", [python, "-m", "kooperation", "worker"]),
        ready_handle=reader,
        when_ready=lambda: click.echo(f"kooperation läuft: {address(config)}"),
    )
