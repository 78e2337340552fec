"""A worker with one task, for the tests that run it as a process of its own: ``main`` serves until it is stopped."""

import time
from pathlib import Path

from flask import Flask, current_app

from kooperation.base import jobs
from kooperation.base.config import Config, from_environment
from kooperation.base.jobs import huey
from kooperation.base.logs import set_up_logging


@huey.task()
def write_slowly(path: str, text: str, seconds: float) -> None:
    """Begin a file, and complete it after so many seconds."""
    Path(path).write_text("begun")
    time.sleep(seconds)
    Path(path).write_text(f"{current_app.name}: {text}")


def served(instance: Path, database_url: str = "", secret: str = "only-for-tests") -> Config:
    """The configuration of a process that has a worker beside it."""
    return from_environment(
        {
            "KOOPERATION_MODE": "development",
            "KOOPERATION_INSTANCE": str(instance),
            "DATABASE_URL": database_url,
            "SECRET_KEY": secret,
        }
    )


def main(instance: str, database_url: str) -> None:
    """Work off the queue of this instance."""
    set_up_logging()
    jobs.init_jobs(served(Path(instance), database_url))
    jobs.run_worker(Flask("worker"))
