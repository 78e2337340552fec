"""The program as an operator runs it: ``kooperation serve`` with web server and worker, as processes of their own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from kooperation.base.config import ROOT

PATIENCE = 40.0


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def settings(folder: Path, **more: str) -> dict[str, str]:
    """An instance of its own in a folder, answering on a free port."""
    return {
        "KOOPERATION_MODE": "development",
        "KOOPERATION_INSTANCE": str(folder),
        "SECRET_KEY": "only-for-tests",
        "DATABASE_URL": "",
        "PORT": str(free_port()),
        "KOOPERATION_WORKERS": "2",
    } | more


def command(environment: dict[str, str], *arguments: str) -> None:
    """Run a command of the program, or a module of the tests, on the instance."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def serving(environment: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """The whole process group until the end of the block, then killed."""
    log = Path(environment["KOOPERATION_INSTANCE"]) / "log"
    with log.open("a") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "kooperation", "serve"],
            env={**os.environ, **environment},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("kooperation läuft"), log.read_text()
        yield process
    finally:
        kill_all(process)
        process.stdout.close()


def kill_all(process: "subprocess.Popen[str]") -> None:
    """What a machine without power does: nobody of the group lives on, nobody tidies up."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def until(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.05)


def raw(port: int, sent: bytes, patience: float = 10.0) -> bytes:
    """What is answered to these bytes, until the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        with suppress(OSError):
            connection.sendall(sent)
        received = b""
        with suppress(OSError):
            while piece := connection.recv(65_536):
                received += piece
        return received


class Browser:
    """A browser over real HTTP: keeps its cookies, sends forms with their token."""

    def __init__(self, port: int, host: str = "", target: str = "", **headers: str) -> None:
        self.port, self.host, self.target, self.headers = port, host, target, headers
        self.cookies: dict[str, str] = {}

    def open(self, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, str], str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, self.target + path, skip_host=bool(self.host))
            if self.host:
                connection.putheader("Host", self.host)
            for name, value in self.headers.items():
                connection.putheader(name.replace("_", "-"), value)
            if self.cookies:
                connection.putheader("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
            if body:
                connection.putheader("Content-Type", "application/x-www-form-urlencoded")
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer.status, dict(answer.headers), text

    def get(self, path: str) -> tuple[int, dict[str, str], str]:
        return self.open("GET", path)

    def send(self, path: str, page: str, **form: str) -> tuple[int, dict[str, str], str]:
        """Post a form with the token of a page."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(page)[2])
        assert found is not None, page
        return self.open("POST", path, urlencode({"csrf_token": found.group(1)} | form).encode())
