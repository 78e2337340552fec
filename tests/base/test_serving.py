"""Running the program: server and worker live and die together, and what stops a start is said in one sentence."""

import http.client
import os
import re
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from kooperation.base import processes, serving
from kooperation.base.config import ROOT
from tests.conftest import configuration
from tests.databases import FULL

PATIENCE = 30.0
slow = pytest.mark.skipif(not FULL, reason="only in the full run")

# Two children that say their numbers and sleep, under the real supervisor, which is itself a process of its own.
DRIVER = """
import os, sys
from kooperation.base import processes
from kooperation.base.logs import set_up_logging
set_up_logging()
server, helper, pause = sys.argv[1:]
processes.pause_before_restart = lambda deaths: float(pause)
processes.LOOK_EVERY = 0.05
reader, writer = os.pipe()
child = lambda name, text: processes.Child(name, [sys.executable, "-c", text])
sys.exit(processes.Supervisor(child("server", server), child("helper", helper), reader, lambda: None).run())
"""
OBEY = """
import os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
os.write(1, f"{name} {{os.getpid()}}\\n".encode())
signal.pause()
"""
REFUSE = """
import os, signal
signal.signal(signal.SIGTERM, lambda *_: os.write(1, b"refused 0\\n"))
os.write(1, f"{name} {{os.getpid()}}\\n".encode())
while True:
    signal.pause()
"""


class Running:
    """A process whose lines are read as they come."""

    def __init__(self, command: Sequence[str], environment: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, **(environment or {})}
        )
        self.family = {self.process.pid}

    def wait_for(self, name: str) -> int:
        """The number in the next line that begins with this name."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(name):
                number = int(line.split()[1])
                self.family.add(number)
                return number
        pytest.fail(f"it ended without a line that begins with {name}")

    def end(self) -> None:
        for number in self.family:
            if is_alive(number):
                os.kill(number, signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def supervised() -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(server: str = OBEY, helper: str = OBEY, pause: float = 0.0) -> Running:
        texts = [server.format(name="server"), helper.format(name="helper"), str(pause)]
        started.append(Running([sys.executable, "-c", DRIVER, *texts]))
        return started[-1]

    yield start
    for running in started:
        running.end()


def is_alive(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.02)


def both(running: Running) -> tuple[int, int]:
    """The numbers of server and helper, which may come in either order."""
    assert running.process.stdout is not None
    found: dict[str, int] = {}
    while len(found) < 2:
        name, number = running.process.stdout.readline().split()
        if name in {"server", "helper"}:
            found[name] = int(number)
    running.family |= set(found.values())
    return found["server"], found["helper"]


# ---------------------------------------------------------------- the supervisor


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_request_to_stop_ends_both_and_is_no_failure(supervised, number):
    running = supervised()
    children = both(running)
    running.process.send_signal(number)
    assert running.process.wait(PATIENCE) == 0
    assert not any(is_alive(child) for child in children)


def test_killed_it_leaves_no_orphan(supervised):
    running = supervised()
    children = both(running)
    running.process.kill()
    until(lambda: not any(is_alive(child) for child in children), "children end with their supervisor")


def test_when_the_server_ends_all_ends_with_its_code(supervised):
    running = supervised(server=OBEY.replace("signal.pause()", "sys.exit(7)"), helper=OBEY)
    assert running.process.wait(PATIENCE) == 7
    running = supervised()
    server, helper = both(running)
    os.kill(server, signal.SIGKILL)
    assert running.process.wait(PATIENCE) == 128 + signal.SIGKILL
    assert not is_alive(helper)


def test_a_helper_that_dies_is_started_again_and_the_server_goes_on(supervised):
    running = supervised()
    server, helper = both(running)
    for _ in range(3):
        os.kill(helper, signal.SIGKILL)
        helper = running.wait_for("helper")
    assert is_alive(server)


def test_a_helper_that_keeps_dying_waits_longer_each_time():
    assert [processes.pause_before_restart(deaths) for deaths in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_second_request_kills_what_does_not_stop(supervised):
    running = supervised(server=REFUSE)
    children = both(running)
    running.process.terminate()
    running.wait_for("refused")
    running.process.terminate()
    assert running.process.wait(PATIENCE) == 0
    assert not any(is_alive(child) for child in children)


# ---------------------------------------------------------------- kooperation serve


def environment(instance: Path, port: int) -> dict[str, str]:
    return {
        "KOOPERATION_MODE": "development",
        "KOOPERATION_INSTANCE": str(instance),
        "DATABASE_URL": "",
        "PORT": str(port),
        "KOOPERATION_WORKERS": "1",
        "KOOPERATION_ACCESS_LOG": "1",
    }


def run(instance: Path, *arguments: str, port: int = 8000) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "kooperation", *arguments],
        env={**os.environ, **environment(instance, port)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def ask(port: int, path: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse()
    finally:
        connection.close()


def below(number: int) -> set[int]:
    """The processes that a process has started, and those that these have started."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    found, added = set[int](), {number}
    while added:
        added = {child for child, parent in parents.items() if parent in added}
        found |= added
    return found


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a migrated, empty database."""
    folder = tmp_path_factory.mktemp("served")
    upgraded = run(folder, "db", "upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    return folder


@pytest.fixture
def serving_there(instance: Path) -> Iterator[tuple[subprocess.Popen[str], int, Path]]:
    port, log = free_port(), instance / "log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "kooperation", "serve"],
            env={**os.environ, **environment(instance, port)},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == f"kooperation läuft: http://127.0.0.1:{port}/\n"
        yield process, port, log
    finally:
        for number in (*below(process.pid), process.pid):
            if is_alive(number):
                os.kill(number, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def test_serve_answers_says_it_is_ready_and_stops_when_asked(serving_there):
    process, port, log = serving_there
    assert ask(port, "/healthz").status == 200
    until(lambda: ask(port, "/readyz").status == 200, "the worker gives a sign of life")
    answer = ask(port, "/healthz?q=geheim")
    assert not re.search(r"\d", answer.headers.get("Server", ""))
    children = below(process.pid)
    assert len(children) == 3
    process.terminate()
    assert process.wait(PATIENCE) == 0
    assert not any(is_alive(child) for child in children)
    lines = log.read_text().splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} [A-Z]+ \[\d+\] [a-z_.]+", line) for line in lines), (
        lines
    )
    assert any(re.search(r"gunicorn\.access: 127\.0\.0\.1 GET /healthz 200 3 bytes \d+ ms$", line) for line in lines)
    assert not any("geheim" in line for line in lines)


def addresses_with(app: Flask, token: str) -> list[str]:
    """The addresses of all pages that a link with a secret leads to."""
    adapter = app.url_map.bind("127.0.0.1")
    rules = [rule for rule in app.url_map.iter_rules() if "token" in rule.arguments]
    return [adapter.build(rule.endpoint, {"token": token}) for rule in rules]


def ensure_unlogged(serving: tuple[subprocess.Popen[str], int, Path], token: str) -> None:
    process, _, log = serving
    process.terminate()
    assert process.wait(PATIENCE) == 0
    lines = log.read_text()
    assert "gunicorn.access" in lines
    assert token not in lines
    assert token[:20] not in lines


def test_the_secret_of_a_link_stands_in_no_log_and_leaves_by_no_referer(app, serving_there):
    token = secrets.token_urlsafe(32)
    addresses = addresses_with(app, token)
    assert len(addresses) >= 6
    for address in addresses:
        answer = ask(serving_there[1], address)
        assert (address, answer.headers["Referrer-Policy"]) == (address, "strict-origin")
        assert answer.headers["Cache-Control"] == "no-store"
    ensure_unlogged(serving_there, token)


def test_the_secret_of_a_link_that_was_typed_wrongly_stands_in_no_log(serving_there):
    token = secrets.token_urlsafe(32)
    for address in ("/kennwort/neu/{}/", "/einladung/{}.", "/adresse/{}", "/gibt-es-nicht/{}", "/?t={}"):
        answer = ask(serving_there[1], address.format(token))
        assert answer.status in {200, 404}
        assert answer.headers["Referrer-Policy"] in {"strict-origin", "same-origin"}
    ensure_unlogged(serving_there, token)


def test_the_proxy_of_the_handbook_logs_no_link_with_a_secret(app):
    text = (ROOT / "docs" / "betrieb.md").read_text()
    (unlogged,) = re.findall(r"location ~ (\S+) \{\s+access_log off;", text)
    addresses = addresses_with(app, "x" * 43)
    assert [address for address in addresses if not re.search(unlogged, address)] == []


def test_idle_connections_stop_nobody(serving_there):
    _, port, _ = serving_there
    with ExitStack() as idle:
        for _ in range(4):
            idle.enter_context(socket.create_connection(("127.0.0.1", port)))
        time.sleep(0.2)
        assert ask(port, "/healthz").status == 200


@slow
def test_serve_killed_leaves_no_orphan_and_a_free_port(serving_there):
    process, port, _ = serving_there
    children = below(process.pid)
    process.kill()
    until(lambda: not any(is_alive(child) for child in children), "nothing of it is left")
    with pytest.raises(ConnectionRefusedError):
        ask(port, "/healthz")


def test_a_port_that_is_taken_is_answered_with_one_sentence(instance):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = run(instance, "serve", port=port)
    assert refused.returncode == 1
    assert refused.stderr == (
        f"Error: Der Port {port} auf 127.0.0.1 ist schon belegt. "
        f"Beenden Sie das andere Programm, oder wählen Sie einen anderen Port: PORT={port + 1}\n"
    )


def test_a_database_without_the_migrations_is_answered_with_the_command_to_run(tmp_path):
    for command in ("serve", "worker", "register status", "search rebuild"):
        refused = run(tmp_path, *command.split())
        assert refused.returncode == 1
        assert refused.stderr.endswith(
            "Error: Die Datenbank ist noch nicht auf dem Stand dieses Programms. "
            "Führen Sie zuerst aus: kooperation db upgrade\n"
        )


def test_a_database_that_fails_a_command_is_told_in_one_sentence(tmp_path):
    (tmp_path / "kooperation.sqlite").write_bytes(b"Das ist keine Datenbank. " * 100)
    refused = run(tmp_path, "register", "status")
    assert refused.returncode == 1
    assert refused.stderr == "Error: Die Datenbank antwortet nicht: file is not a database\n"


def test_a_database_that_somebody_else_writes_to_is_told_in_one_sentence(instance):
    with sqlite3.connect(instance / "kooperation.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        refused = run(instance, "demo", "load")
        other.execute("ROLLBACK")
    assert refused.returncode == 1
    assert refused.stderr == "Error: Die Datenbank hat abgebrochen: database is locked. Versuchen Sie es noch einmal.\n"


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("0.0.0.0", "http://127.0.0.1:8000/"),
        ("::", "http://[::1]:8000/"),
        ("::1", "http://[::1]:8000/"),
        ("kooperation.example.de", "http://kooperation.example.de:8000/"),
    ],
)
def test_the_address_that_is_printed_can_be_typed_into_a_browser(tmp_path, host, shown):
    assert serving.address(replace(configuration(tmp_path), host=host)) == shown


@pytest.mark.parametrize(("host", "port"), [("203.0.113.1", 8000), ("gibt-es-nicht.invalid", 8000)])
def test_a_host_that_is_not_this_machine_is_answered_with_one_sentence(tmp_path, host, port):
    with pytest.raises(serving.click.ClickException, match="ist keine Adresse dieses Rechners"):
        serving._listen(replace(configuration(tmp_path), host=host, port=port))
