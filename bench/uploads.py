"""A register file through the worker: how long until its plan is shown and until it is applied, and how much memory."""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from bench import Figure
from bench.data import Instance, empty_instance, register_file
from bench.register import import_into_empty
from kooperation.accounts.models import User
from kooperation.base import arrivals
from kooperation.base.config import ROOT
from kooperation.base.db import db, now
from kooperation.register.jobs import upload_folder, work_off_uploads
from kooperation.register.models import RegisterUpload
from kooperation.register.parse import MAX_BYTES
from kooperation.register.rules.uploads import UploadState
from kooperation.register.services import uploads

RUNS = 3
LIMIT_PLAN, LIMIT_APPLY = 2.0, 4.0
LIMIT_MEMORY = 250.0


def figures(instance: Instance) -> Iterator[Figure]:
    """Seconds to the plan and to the end, of a file that fills an empty database; the peak memory of both processes."""
    path = register_file()
    if path is None or instance.database != "SQLite":
        return
    runs = [_run_apart(_WORKER, path) for _ in range(RUNS)]
    plan, applied, worker = (min(one) for one in zip(*runs, strict=True))
    (reader,) = _run_apart(_READER, path)
    shell = min(import_into_empty(path) for _ in range(RUNS))
    yield Figure("uploads: from the upload to its plan", plan, "s", plan / LIMIT_PLAN, "limit 2 s")
    yield Figure("uploads: from agreeing to applied", applied, "s", applied / LIMIT_APPLY, "limit 4 s")
    yield Figure("uploads: both together", plan + applied, "s", (plan + applied) / shell, "the same in the shell")
    yield Figure("uploads: peak memory of the worker", worker, "MB", worker / LIMIT_MEMORY, "limit 250 MB")
    yield Figure("uploads: peak memory of the reading process", reader, "MB", reader / LIMIT_MEMORY, "limit 250 MB")


_WORKER = "import bench.uploads, pathlib, sys; bench.uploads.main(pathlib.Path(sys.argv[1]))"
_READER = """
import pathlib, resource, sys
from kooperation.register.parse.apart import read_apart
path = pathlib.Path(sys.argv[1])
read_apart(path.read_bytes(), path.name)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def _run_apart(program: str, path: Path) -> list[float]:
    """The figures that a program tells in a process of its own, so that no memory but its own counts."""
    command = [sys.executable, "-c", program, str(path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    return [float(one) for one in told.splitlines()[-1].split()]


def _through_the_worker(path: Path) -> tuple[float, float]:
    """Seconds from the upload to the plan, and from agreeing to the end."""
    with tempfile.TemporaryDirectory() as folder:
        instance = empty_instance(Path(folder))
        with instance.app.app_context():
            user = User(email="admin@muster.example", name="Ada Admin", is_admin=True)
            db.session.add(user)
            begin = perf_counter()
            with path.open("rb") as file:
                arrival = arrivals.keep(file, upload_folder(), MAX_BYTES)
            number = uploads.receive(arrival, path.name, user=user, at=now()).id
            db.session.commit()
            work_off_uploads.call_local()
            planned = perf_counter() - begin
            begin = perf_counter()
            upload = db.session.get_one(RegisterUpload, number)
            uploads.approve(upload, upload.fingerprint or "", understood=True, user=upload.uploaded_by, at=now())
            db.session.commit()
            work_off_uploads.call_local()
            applied = perf_counter() - begin
            assert db.session.get_one(RegisterUpload, number).state is UploadState.APPLIED
        instance.close()
    return planned, applied


def main(path: Path) -> None:
    """Print the seconds of one run and the peak memory of this process."""
    print(*_through_the_worker(path), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
