"""Reads a file in a process of its own that may take so much memory and time and no more.

Whoever sends a file that means harm ends that process, not the worker or the shell: limits in the parsers name what
they know, and the kernel keeps those that nobody thought of. The process inherits no secrets.
"""

import os
import pickle  # nosec B403 (between two processes of ours, over a pipe)
import resource
import signal
import subprocess
import sys

from kooperation.base.config import ROOT
from kooperation.base.processes import die_with_parent
from kooperation.register.parse.problems import Problem, UnreadableFile, refuse
from kooperation.register.parse.reader import read_register_file
from kooperation.register.rules.records import ChangesFile, EditionFile

MOST_MEMORY = 256 * 1024 * 1024
"""Bytes of address space that reading may take; an official file takes 90 MB of it."""
MOST_SECONDS = 60
"""Seconds of computing; an official file takes half of one."""
PATIENCE = 4 * MOST_SECONDS
"""Seconds after which a process that does nothing is ended."""

_OUT_OF_MEMORY = 71

_Answer = tuple[EditionFile | ChangesFile | None, tuple[Problem, ...], int]


def read_apart(data: bytes, name: str) -> EditionFile | ChangesFile:
    """Read one official file as ``read_register_file`` does, within limits of memory and time.

    Raises UnreadableFile, and nothing else, also where a limit ends the reading.
    """
    command = [sys.executable, "-m", "kooperation.register.parse.apart", str(os.getpid()), name]
    environment = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, cwd=ROOT, env=environment, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _takes_too_long() from error
    if done.returncode == -signal.SIGXCPU:
        raise _takes_too_long()
    if done.returncode != 0:
        expected = f"eine Datei, die sich mit {MOST_MEMORY >> 20} MB Arbeitsspeicher lesen lässt"
        raise refuse(expected, "eine, die mehr braucht")
    answer: _Answer = pickle.loads(done.stdout)  # nosec B301
    file, problems, more = answer
    if file is None:
        raise UnreadableFile(problems, more)
    return file


def _takes_too_long() -> UnreadableFile:
    return refuse(f"eine Datei, die sich in {MOST_SECONDS} Sekunden lesen lässt", "eine, die länger braucht")


def main(parent: int, name: str) -> int:
    """What the process does: bytes from the standard input, the answer to the standard output; gives its code."""
    die_with_parent(parent)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer: _Answer
    try:
        answer = read_register_file(sys.stdin.buffer.read(), name), (), 0
    except UnreadableFile as refusal:
        answer = None, refusal.problems, refusal.more
    except MemoryError:
        return _OUT_OF_MEMORY
    pickle.dump(answer, sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2]))
