"""Jobs that run outside a request: the queue that tasks are declared on, its worker, the worker's sign of life.

A task leaves the queue before it runs and is not put back when its worker is killed. What must not be lost is
therefore kept in the database, and the task only comes round to work it off.
"""

import json
import logging
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, Protocol

import psycopg
from flask import Flask, current_app
from huey import Huey
from huey.constants import EmptyData
from huey.consumer import Consumer
from huey.serializer import SignedSerializer
from huey.signals import SIGNAL_COMPLETE, SIGNAL_ERROR
from huey.storage import BaseStorage, MemoryStorage, PostgresStorage, SqliteStorage

from kooperation.base.config import Config, Mode

log = logging.getLogger(__name__)
P = ParamSpec("P")

NAME = "kooperation"
QUEUE_FILE = "queue.sqlite"
QUEUE_SCHEMA = "kooperation_jobs"
"""Where the queue lives in PostgreSQL: apart from the data, so that neither migrations nor a backup see it."""

UNREACHABLE = (sqlite3.Error, psycopg.Error, OSError)
"""What the storage raises when it cannot be reached."""

LAST_RUN = "last-run:"
HEARTBEAT = "heartbeat"
HEARTBEAT_EVERY = 15.0
HEARTBEAT_LASTS = 60.0
STOPS_WITHIN = 20.0
"""Seconds that a running task gets when its worker is told to stop."""


class Task(Protocol[P]):
    """What a function becomes by ``@huey.task()``."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Put the call into the queue."""

    def call_local(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Run the function at once, in this process."""


class Queue(Huey):
    """The queue of this process; ``init_jobs`` gives it its storage."""

    app: Flask | None = None
    storage: BaseStorage

    def __init__(self) -> None:
        super().__init__(NAME, results=False, immediate=True, storage_class=MemoryStorage)

    def task(self, **options: Any) -> Callable[[Callable[P, Any]], Task[P]]:
        """Declare a function of an importable module as a task; the options are huey's (retries, retry_delay …)."""
        decorate: Callable[[Callable[P, Any]], Task[P]] = super().task(**options)
        return decorate

    def periodic_task(self, when: Callable[[Any], bool], **options: Any) -> Callable[[Callable[P, Any]], Task[P]]:
        """Declare a task that the worker begins whenever ``when`` (huey.crontab) says so, to the minute."""
        decorate: Callable[[Callable[P, Any]], Task[P]] = super().periodic_task(when, **options)
        return decorate

    def open(self, storage: BaseStorage, secret: str, *, immediate: bool) -> None:
        """Use this storage from now on. ``secret`` signs what is stored: it is unpickled when it is read."""
        self.storage.close()
        self.storage = storage
        self.serializer = SignedSerializer(secret=secret, salt=NAME)
        self._immediate = immediate

    def _execute(self, task: Any, timestamp: Any) -> Any:
        """Run a task in an app context of its own; in a test its errors come out where it was called."""
        app: Flask = self.app or current_app._get_current_object()  # type: ignore[attr-defined]
        with app.app_context():
            return task.execute() if self._immediate else super()._execute(task, timestamp)


huey = Queue()


class _SqliteQueue(SqliteStorage):
    """A queue in a file, made when it is first used."""

    def _create_connection(self) -> Any:
        with suppress(FileExistsError):
            os.close(os.open(self.filename, os.O_CREAT | os.O_EXCL, 0o600))
        connection = super()._create_connection()
        for statement in self.ddl:
            connection.execute(statement)
        return connection


class _PostgresQueue(PostgresStorage):
    """A queue in a schema of its own, made when it is first used."""

    def _create_connection(self) -> Any:
        connection = self._connect()
        made = connection.execute("SELECT to_regclass(%s)", [f"{QUEUE_SCHEMA}.{self.table_counter}"]).fetchone()
        if made == (None,):
            with connection.transaction():
                # Two processes that start together would both try to make the same names.
                connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [QUEUE_SCHEMA])
                for statement in (f"CREATE SCHEMA IF NOT EXISTS {QUEUE_SCHEMA}", *self.ddl):
                    connection.execute(statement)
        return connection


def init_jobs(config: Config) -> None:
    """Give the queue its storage; nothing is opened before the first use, so this works without a database.

    In test mode tasks run at once, in memory.
    """
    huey.open(_storage(config), config.secret_key, immediate=config.mode is Mode.TEST)


def _storage(config: Config) -> BaseStorage:
    if config.mode is Mode.TEST:
        return MemoryStorage(NAME)
    if config.is_postgresql:
        address = config.database_url.replace("+psycopg", "", 1)
        return _PostgresQueue(NAME, connection=partial(_connect, address), create_tables=False)
    return _SqliteQueue(NAME, filename=str(queue_file(config)), create_tables=False)


def queue_file(config: Config) -> Path:
    """Where the queue of an instance without a database server lies."""
    return config.instance / QUEUE_FILE


def _connect(address: str) -> psycopg.Connection:
    options = f"-c search_path={QUEUE_SCHEMA}"
    return psycopg.connect(
        address, autocommit=True, connect_timeout=5, application_name="kooperation-jobs", options=options
    )


class _Consumer(Consumer):
    """Huey's consumer, which shows that it lives as long as its main loop turns."""

    def __init__(self, queue: Queue) -> None:
        super().__init__(
            queue,
            workers=1,
            # A file cannot wake us, so an idle worker looks once a second.
            max_delay=1.0,
            shutdown_timeout=STOPS_WITHIN,
            graceful_signal="TERM",
        )
        # Ctrl-C in a terminal reaches the worker as well and is no reason to break off; a closed terminal is no
        # reason to start again.
        self._signal_actions = dict.fromkeys((self._graceful_sig, self._interrupt_sig), (False, True))
        self._next_beat = 0.0

    def loop(self, health_check_ts: Any = None) -> Any:
        """Turn once."""
        if time.monotonic() >= self._next_beat:
            self._next_beat = time.monotonic() + HEARTBEAT_EVERY
            try:
                beat()
            except UNREACHABLE:
                log.exception("no sign of life could be left in the queue")
        return super().loop(health_check_ts)


def run_worker(app: Flask) -> None:
    """Work off the queue within the app's contexts until SIGTERM or SIGINT comes, then finish the running task."""
    huey.app = app
    logging.getLogger("huey").setLevel(logging.WARNING)
    log.info("worker started")
    _Consumer(huey).run()
    log.info("worker stopped")


def beat() -> None:
    """Leave the worker's sign of life in the queue's storage, where every machine can read it."""
    huey.storage.put_data(HEARTBEAT, str(time.time()).encode())


def worker_alive() -> bool:
    """Whether a worker gave a sign of life in the last minute; true in test mode, which needs none.

    Raises one of UNREACHABLE where the queue does not answer.
    """
    if huey.immediate:
        return True
    last = last_beat()
    return last is not None and time.time() - last < HEARTBEAT_LASTS


def last_beat() -> float | None:
    """When a worker last gave a sign of life (seconds since 1970); None where none ever did.

    Raises one of UNREACHABLE where the queue does not answer.
    """
    data = huey.storage.peek_data(HEARTBEAT)
    return None if data is EmptyData else float(bytes(data))


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task that can be put into the queue: how it is called, by which clock, and how it last went.

    ``is_due`` says of a minute in UTC whether the worker begins the task then; None for a task without a clock.
    """

    name: str
    is_due: Callable[[datetime], bool] | None
    ran_at: float | None = None
    succeeded: bool = False

    @property
    def is_periodic(self) -> bool:
        """Whether the worker begins the task by itself."""
        return self.is_due is not None


def tasks() -> list[TaskState]:
    """All tasks that are declared, with their last runs; those by the clock first, then by name.

    Raises one of UNREACHABLE where the queue does not answer.
    """
    states = []
    for name, kind in huey._registry._registry.items():
        data = huey.storage.peek_data(LAST_RUN + name)
        last = {} if data is EmptyData else json.loads(bytes(data))
        states.append(TaskState(name, getattr(kind(), "validate_datetime", None), **last))
    return sorted(states, key=lambda one: (not one.is_periodic, one.name))


def waiting() -> int:
    """How many calls of tasks are in the queue, or wait there for their time; raises one of UNREACHABLE."""
    return int(huey.storage.queue_size()) + int(huey.storage.schedule_size())


@huey.signal(SIGNAL_COMPLETE, SIGNAL_ERROR)
def _note_last_run(signal: str, task: Any, *_exception: Any) -> None:
    last = {"ran_at": time.time(), "succeeded": signal == SIGNAL_COMPLETE}
    try:
        huey.storage.put_data(LAST_RUN + type(task).__module__ + "." + type(task).__name__, json.dumps(last).encode())
    except UNREACHABLE:
        log.exception("the queue could not note how a task went")
