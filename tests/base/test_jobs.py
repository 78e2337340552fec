"""The queue: tasks run in an app context, once, and a worker shows that it lives."""

import json
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask, current_app

from kooperation.base import jobs, progress
from kooperation.base.config import ROOT, Config
from kooperation.base.jobs import huey
from tests.base.tasks import served, write_slowly
from tests.conftest import configuration

calls: list[tuple[str, str]] = []


@huey.task()
def remember(text: str) -> None:
    calls.append((current_app.name, text))


@huey.task()
def fail() -> None:
    raise LookupError("so nicht")


@pytest.fixture(autouse=True)
def _queue_as_before(tmp_path: Path) -> Iterator[None]:
    calls.clear()
    yield
    jobs.init_jobs(configuration(tmp_path))
    huey.app = None


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Config]:
    """A queue in a file, and one in a PostgreSQL server."""
    address = request.getfixturevalue("postgresql") if request.param == "postgresql" else ""
    config = served(tmp_path, address)
    jobs.init_jobs(config)
    huey.app = Flask("worker")
    yield config
    if address:
        huey.storage.close()
        with psycopg.connect(address) as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS {jobs.QUEUE_SCHEMA} CASCADE")


def work_off() -> None:
    while task := huey.dequeue():
        huey.execute(task)


def test_a_task_waits_in_the_queue_and_runs_in_an_app_context(config):
    remember("Musterdorf")
    assert calls == []
    assert huey.storage.queue_size() == 1
    work_off()
    assert calls == [("worker", "Musterdorf")]
    assert huey.storage.queue_size() == 0


def test_a_task_that_fails_does_not_stop_the_worker(config, caplog):
    fail()
    remember("danach")
    work_off()
    assert calls == [("worker", "danach")]
    assert "so nicht" in caplog.text


def test_a_task_that_somebody_else_wrote_into_the_queue_is_not_run(config):
    jobs.init_jobs(served(config.instance, config.database_url, secret="somebody-else"))
    remember("untergeschoben")
    jobs.init_jobs(config)
    with pytest.raises(ValueError, match="mismatch"):
        work_off()
    assert calls == []


def test_a_worker_is_alive_for_a_minute_after_its_last_sign(config, monkeypatch):
    assert not jobs.worker_alive()
    jobs.beat()
    assert jobs.worker_alive()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + jobs.HEARTBEAT_LASTS + 1)
    assert not jobs.worker_alive()


def test_nothing_is_opened_before_the_first_use(tmp_path):
    jobs.init_jobs(served(tmp_path))
    assert not (tmp_path / jobs.QUEUE_FILE).exists()
    jobs.init_jobs(served(tmp_path, "postgresql://nobody@/nothing?host=/nowhere"))
    with pytest.raises(jobs.UNREACHABLE):
        jobs.worker_alive()


def test_the_queues_file_is_its_owners_alone(tmp_path):
    jobs.init_jobs(served(tmp_path))
    jobs.beat()
    assert stat.S_IMODE((tmp_path / jobs.QUEUE_FILE).stat().st_mode) == 0o600


@pytest.mark.postgres
def test_several_processes_may_make_the_queue_at_the_same_time_and_leave_public_alone(postgresql, tmp_path):
    config = served(tmp_path, postgresql)
    storages = [jobs._storage(config) for _ in range(6)]
    problems: list[Exception] = []

    def use(storage):
        try:
            storage.put_data("key", b"value")
            storage.close()
        except Exception as error:  # noqa: BLE001 (shown below)
            problems.append(error)

    threads = [threading.Thread(target=use, args=[storage]) for storage in storages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with psycopg.connect(postgresql) as connection:
        found = connection.execute("SELECT schemaname FROM pg_tables WHERE tablename LIKE 'huey%'").fetchall()
        connection.execute(f"DROP SCHEMA {jobs.QUEUE_SCHEMA} CASCADE")
    assert set(found) == {(jobs.QUEUE_SCHEMA,)}


def test_in_a_test_a_task_runs_at_once_and_its_error_comes_out(tmp_path):
    jobs.init_jobs(configuration(tmp_path))
    with Flask("web").app_context():
        remember("sofort")
        assert calls == [("web", "sofort")]
        with pytest.raises(LookupError, match="so nicht"):
            fail()
    assert jobs.worker_alive()
    assert not (tmp_path / jobs.QUEUE_FILE).exists()


# ---------------------------------------------------------------- a worker that runs


@pytest.fixture
def worker(config: Config) -> Iterator["subprocess.Popen[str]"]:
    code = "import sys; from tests.base.tasks import main; main(*sys.argv[1:])"
    address = config.database_url if config.is_postgresql else ""
    command = [sys.executable, "-c", code, str(config.instance), address]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.02)


def test_a_worker_gives_a_sign_of_life_and_finishes_its_task_before_it_stops(config, worker, tmp_path):
    until(jobs.worker_alive, "a sign of life")
    file = tmp_path / "file"
    write_slowly(str(file), "fertig", 1.0)
    until(file.exists, "the task begins")
    worker.send_signal(signal.SIGTERM)
    errors = worker.communicate(timeout=30)[1]
    assert worker.returncode == 0
    assert file.read_text() == "worker: fertig"
    assert "worker stopped" in errors
    assert "Traceback" not in errors


# ---------------------------------------------------------------- progress


def test_progress_is_read_as_it_was_last_told(config):
    job = progress.Progress.start("Zeilen werden gelesen", 16_012)
    assert progress.read(job.id) == progress.State(
        progress.Stage.RUNNING, 16_012, 0, "Zeilen werden gelesen", job._state.at
    )
    job._written_at = 0.0
    job.step(8_000, "Zeilen werden verglichen")
    state = progress.read(job.id)
    assert state is not None
    assert (state.done, state.message, state.stage) == (8_000, "Zeilen werden verglichen", progress.Stage.RUNNING)
    job.finish("16.012 Zeilen übernommen")
    state = progress.read(job.id)
    assert state is not None
    assert (state.done, state.message, state.stage) == (16_012, "16.012 Zeilen übernommen", progress.Stage.FINISHED)


def test_progress_of_a_job_that_gave_up_says_why(config):
    job = progress.Progress.start("Zeilen werden gelesen", 100)
    job.step(40)
    job.fail("Zeile 41: AGS fehlt")
    state = progress.read(job.id)
    assert state is not None
    assert (state.done, state.message, state.stage) == (40, "Zeile 41: AGS fehlt", progress.Stage.FAILED)


def test_progress_that_nobody_began_is_nothing(config):
    assert progress.read("unbekannt") is None


def test_steps_in_quick_succession_are_not_each_written(config, monkeypatch):
    job = progress.Progress.start("läuft", 10_000)
    writes = []
    monkeypatch.setattr(huey.storage, "put_data", lambda key, value: writes.append(json.loads(value)["done"]))
    for done in range(10_000):
        job.step(done)
    assert len(writes) < 100


def test_a_job_without_news_for_two_minutes_counts_as_silent_and_old_ones_are_forgotten(config, monkeypatch):
    old = progress.Progress.start("läuft", 10)
    state = progress.read(old.id)
    assert state is not None
    assert not state.is_silent
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + progress.SILENT_AFTER + 1)
    assert state.is_silent
    monkeypatch.setattr(time, "time", lambda: now + progress.KEPT_FOR + 1)
    new = progress.Progress.start("läuft", 10)
    assert progress.read(old.id) is None
    assert progress.read(new.id) is not None
