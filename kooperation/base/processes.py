"""A small supervisor: a server and its helpers live and die together."""

import ctypes
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

GRACE = 40.0
"""Seconds from the request to stop to the kill; more than the server and the worker take themselves."""
LONGEST_PAUSE = 60.0
LOOK_EVERY = 1.0
STOPPING_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PR_SET_PDEATHSIG = 1

READY_HANDLE = "KOOPERATION_READY_HANDLE"
"""The variable that tells the server in which pipe to leave a byte as soon as it can answer."""


def die_with_parent(parent: int) -> None:
    """Have the kernel send this process SIGTERM when its parent ends in any way, even by SIGKILL (Linux only).

    ``parent`` is the parent's process number from before the fork: it may be gone already.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def pause_before_restart(deaths_in_a_row: int) -> float:
    """Seconds to wait before a helper that died so often is started again: 1, 2, 4 … up to a minute."""
    return float(min(2 ** (deaths_in_a_row - 1), LONGEST_PAUSE))


@dataclass(slots=True)
class Child:
    """A command that runs under the supervisor."""

    name: str
    command: Sequence[str]
    handles: Sequence[int] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    deaths_in_a_row: int = 0

    def start(self) -> None:
        """Start the command with the open handles it is to inherit."""
        supervisor = os.getpid()
        self.process = subprocess.Popen(  # the commands are our own
            self.command,
            pass_fds=self.handles,
            env={**os.environ, **self.environment},
            preexec_fn=lambda: die_with_parent(supervisor),  # noqa: PLW1509 (one thread only)
        )
        self.started_at = time.monotonic()

    def code(self) -> int | None:
        """The exit code as a shell would tell it, None while the command runs or has not been started."""
        code = self.process.poll() if self.process else None
        return 128 - code if code is not None and code < 0 else code

    def is_running(self) -> bool:
        """Whether the command was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def send(self, number: int) -> None:
        """Send a signal, if the command still runs."""
        if self.process is not None and self.is_running():
            self.process.send_signal(number)


@dataclass(slots=True)
class Supervisor:
    """Runs one server and one helper. The helper is started again when it dies, the server's end is the end of all."""

    server: Child
    helper: Child
    ready_handle: int
    when_ready: Callable[[], None]
    _signals: list[int] = field(default_factory=list)

    def run(self) -> int:
        """Run until a signal asks to stop (gives 0) or the server ends (gives its code, never 0)."""
        with _signals_into_pipe() as pipe:
            try:
                self.server.start()
                self.helper.start()
                while not self._asked_to_stop():
                    self._wait(pipe)
                    code = self.server.code()
                    if code is not None:
                        log.error("%s ended with code %s", self.server.name, code)
                        return code or 1
                    self._look_after_helper()
                return 0
            finally:
                self._stop_all(pipe)

    def _asked_to_stop(self) -> bool:
        return any(number in STOPPING_SIGNALS for number in self._signals)

    def _wait(self, pipe: int) -> None:
        """Sleep until a signal, the server's readiness or the next look at the clock."""
        handles = [pipe] if self.ready_handle < 0 else [pipe, self.ready_handle]
        readable = select.select(handles, [], [], LOOK_EVERY)[0]
        if pipe in readable:
            self._signals += os.read(pipe, 512)
        if self.ready_handle in readable:
            if os.read(self.ready_handle, 1):
                self.when_ready()
            os.close(self.ready_handle)
            self.ready_handle = -1

    def _look_after_helper(self) -> None:
        helper, now = self.helper, time.monotonic()
        if helper.is_running():
            if now - helper.started_at > LONGEST_PAUSE:
                helper.deaths_in_a_row = 0
        elif helper.process is not None:
            helper.deaths_in_a_row += 1
            pause = pause_before_restart(helper.deaths_in_a_row)
            log.error("%s ended with code %s and starts again in %.0f s", helper.name, helper.code(), pause)
            helper.process, helper.start_at = None, now + pause
        elif now >= helper.start_at:
            helper.start()

    def _stop_all(self, pipe: int) -> None:
        """Ask both to stop and wait; whoever is left after the grace period, or at a second signal, is killed."""
        children = (self.server, self.helper)
        for child in children:
            child.send(signal.SIGTERM)
        self._signals.clear()
        end = time.monotonic() + GRACE
        while any(child.is_running() for child in children):
            if time.monotonic() > end or self._asked_to_stop():
                log.warning("not everything stopped in time: killed")
                for child in children:
                    child.send(signal.SIGKILL)
            self._wait(pipe)


@contextmanager
def _signals_into_pipe() -> Iterator[int]:
    """Let signals arrive as bytes in a pipe, so that one ``select`` waits for everything; gives its reading end."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    former = {number: signal.signal(number, lambda *_: None) for number in (*STOPPING_SIGNALS, signal.SIGCHLD)}
    former_handle = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield reader
    finally:
        signal.set_wakeup_fd(former_handle)
        for number, handler in former.items():
            signal.signal(number, handler)
        os.close(reader)
        os.close(writer)
