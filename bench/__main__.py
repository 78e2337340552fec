"""Runs the benchmarks, prints a line each and writes them to bench/latest.json.

python -m bench              all of them
python -m bench search map   some of them, by the name of their module
"""

import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bench import Figure, growth, log, mapping, pages, program, register, search, visit
from bench.data import Instance, prepared_instances

SUITES: dict[str, Callable[[Instance], Iterable[Figure]]] = {
    "register": register.figures,
    "search": search.figures,
    "pages": pages.figures,
    "map": mapping.figures,
    "visit": visit.figures,
    "program": program.figures,
    "log": log.figures,
    # Last, since it leaves the instance ten times as large.
    "growth": growth.figures,
}
LATEST = Path(__file__).parent / "latest.json"


def main() -> None:
    """Measure on every database that is there."""
    wanted = sys.argv[1:] or list(SUITES)
    found: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="kooperation-bench-") as folder:
        for instance in prepared_instances(Path(folder)):
            print(f"\n{instance.title}")
            for figure in _measured(instance, wanted):
                print(figure, flush=True)
                found.append({"database": instance.database, **figure._asdict()})
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.platform()}
    LATEST.write_text(
        json.dumps({"at": datetime.now(UTC).isoformat(), "machine": machine, "figures": found}, indent=1) + "\n"
    )


def _measured(instance: Instance, wanted: list[str]) -> Iterator[Figure]:
    with closing(instance):
        for name in wanted:
            yield from SUITES[name](instance)


main()
