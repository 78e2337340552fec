"""The program itself: how long it takes to start, and how much memory a worker has."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from bench import Figure
from bench.data import Instance
from bench.pages import GERMANY, SAMPLE, measured, server
from kooperation.base.config import ROOT

LIMIT_START = 1.0
LIMIT_MEMORY = 150.0


def figures(instance: Instance) -> Iterator[Figure]:
    """Seconds until the app is made, and the resident memory of a worker that has answered every page."""
    environment = {"PATH": "/usr/bin:/bin", **instance.environment}
    seconds = min(_start(environment) for _ in range(3))
    yield Figure("program: start of the app", seconds, "s", seconds / LIMIT_START, "limit 1 s")
    with server(instance.environment) as port:
        for address in (GERMANY if instance.has_register else SAMPLE).values():
            measured(port, address)
        memory = max(_resident(process) for process in _workers(port))
    yield Figure("program: memory of a worker", memory, "MB", memory / LIMIT_MEMORY, "limit 150 MB")


def _start(environment: dict[str, str]) -> float:
    begin = perf_counter()
    subprocess.run([sys.executable, "-c", "import wsgi"], check=True, cwd=ROOT, env=environment)
    return perf_counter() - begin


def _workers(port: int) -> list[int]:
    marker = f"PORT={port}".encode()
    processes = []
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            if folder.name.isdigit() and marker in (folder / "environ").read_bytes().split(b"\0"):
                processes.append(int(folder.name))
    return processes


def _resident(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
