"""How long an edition takes to import, beside reading the sheet and inserting it bare."""

import gc
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

from python_calamine import CalamineWorkbook

from bench import Figure
from bench.data import Instance, empty_instance, import_edition, register_file
from kooperation.register.parse import read_register_file

RUNS = 3
LIMIT_EMPTY, LIMIT_UNCHANGED = 3.0, 2.0
LIMIT_MEMORY = 250.0


def figures(instance: Instance) -> Iterator[Figure]:
    """Seconds of an import into an empty database and of one that changes nothing; its peak memory."""
    path = register_file()
    if path is None:
        return
    data = path.read_bytes()
    bare = min(_timed(lambda: _read_and_insert_bare(path)) for _ in range(RUNS))
    read = min(_timed(lambda: read_register_file(data, path.name)) for _ in range(RUNS))
    yield Figure("register: read the sheet and insert it bare", bare, "s", bare / 0.23, "the figure of the plan, .23 s")
    yield Figure("register: read and check the file", read, "s", read / bare, "bare")
    if instance.database == "SQLite":
        empty = min(import_into_empty(path) for _ in range(RUNS))
        yield Figure("register: import into an empty database", empty, "s", empty / LIMIT_EMPTY, "limit 3 s")
        yield Figure("register: import into an empty database", empty, "s", empty / bare, "bare")
        memory = _peak_memory(path)
        yield Figure("register: peak memory of an import", memory, "MB", memory / LIMIT_MEMORY, "limit 250 MB")
    with instance.app.app_context():
        again = min(_timed(lambda: import_edition(path)) for _ in range(RUNS))
        yield Figure("register: import that changes nothing", again, "s", again / LIMIT_UNCHANGED, "limit 2 s")


def _timed(action: Callable[[], object]) -> float:
    gc.collect()
    begin = perf_counter()
    action()
    return perf_counter() - begin


def import_into_empty(path: Path) -> float:
    """Seconds of an import into a new database."""
    with tempfile.TemporaryDirectory() as folder:
        instance = empty_instance(Path(folder))
        with instance.app.app_context():
            seconds = _timed(lambda: import_edition(path))
        instance.close()
    return seconds


def _read_and_insert_bare(path: Path) -> None:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(1).to_python()
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "bare.sqlite")
        connection.execute(f"CREATE TABLE bare ({', '.join(f'c{number}' for number in range(20))})")
        connection.executemany(f"INSERT INTO bare VALUES ({', '.join('?' * 20)})", rows)
        connection.commit()
        connection.close()


_MEASURED = """
import resource, sys, tempfile
from pathlib import Path
from bench.data import empty_instance, import_edition
with tempfile.TemporaryDirectory() as folder:
    instance = empty_instance(Path(folder))
    with instance.app.app_context():
        import_edition(Path(sys.argv[1]))
    instance.close()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def _peak_memory(path: Path) -> float:
    command = [sys.executable, "-c", _MEASURED, str(path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])
