"""How far a long job is, outside the main database: the job's own transaction would hide it until the end."""

import json
import secrets
import time
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Self

from huey.constants import EmptyData

from kooperation.base.jobs import huey

PREFIX = "progress:"
NOT_OFTENER_THAN = 0.2
"""Seconds between two writes; a bar that moves five times a second moves smoothly."""
KEPT_FOR = 7 * 24 * 3600
SILENT_AFTER = 120


class Stage(StrEnum):
    """Where a job stands."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class State:
    """What can be read about a job: done of total, a sentence for the person who waits, the time of the last news.

    ``title`` is what the job is at, the name of a file for example; it stays while the sentences change.
    """

    stage: Stage
    total: int
    done: int
    message: str
    at: float
    title: str = ""

    @property
    def is_silent(self) -> bool:
        """Whether a running job has not been heard of for so long that its worker was probably killed."""
        return self.stage is Stage.RUNNING and time.time() - self.at > SILENT_AFTER


class Progress:
    """The writing end, held by the job."""

    def __init__(self, number: str, state: State) -> None:
        self.id = number
        self._state = state
        self._written_at = 0.0

    @classmethod
    def start(cls, message: str, total: int, number: str | None = None, *, title: str = "") -> Self:
        """Announce a job of so many steps; ``number`` where it was given out before, else a new unguessable one."""
        _forget_old_ones()
        state = State(Stage.RUNNING, total, 0, message, time.time(), title)
        progress = cls(number or secrets.token_urlsafe(16), state)
        progress._write()
        return progress

    def step(self, done: int, message: str | None = None) -> None:
        """Say how many steps are done altogether; may be called as often as one likes."""
        self._state = replace(self._state, done=done, message=message or self._state.message)
        if time.monotonic() - self._written_at >= NOT_OFTENER_THAN:
            self._write()

    def finish(self, message: str) -> None:
        """Say that the job is done."""
        self._state = replace(self._state, stage=Stage.FINISHED, done=self._state.total, message=message)
        self._write()

    def fail(self, message: str) -> None:
        """Say that the job gave up, and why, in a sentence for the person who waits."""
        self._state = replace(self._state, stage=Stage.FAILED, message=message)
        self._write()

    def _write(self) -> None:
        self._written_at = time.monotonic()
        self._state = replace(self._state, at=time.time())
        huey.storage.put_data(PREFIX + self.id, json.dumps(asdict(self._state)).encode())


def read(number: str) -> State | None:
    """How far the job with this number is; None where there is no such job, or no longer."""
    data = huey.storage.peek_data(PREFIX + number)
    return None if data is EmptyData else _state(data)


def recent() -> list[State]:
    """All jobs of the last week that told how far they are, the newest news first."""
    items = huey.storage.result_items().items()
    states = [_state(data) for key, data in items if key.startswith(PREFIX)]
    return sorted(states, key=lambda state: -state.at)


def _state(data: bytes) -> State:
    values = json.loads(bytes(data))
    return State(**{**values, "stage": Stage(values["stage"])})


def _forget_old_ones() -> None:
    oldest = time.time() - KEPT_FOR
    for key, data in huey.storage.result_items().items():
        if key.startswith(PREFIX) and _state(data).at < oldest:
            huey.storage.delete_data(key)
