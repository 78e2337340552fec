"""Databases for tests: an SQLite file, and a throw-away PostgreSQL from Debian's package."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONG = os.environ.get("KOOPERATION_LONG_TESTS") == "1"
"""Whether attacks and kills are repeated for as long as one likes: more than a quarter of an hour has room for."""
FULL = LONG or os.environ.get("KOOPERATION_FULL_TESTS") == "1"
"""Whether everything runs; then what is missing on the machine fails instead of being skipped."""

USER = "app"


def postgresql_programs() -> Path | None:
    """The folder of the newest PostgreSQL server's programs, None where there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if folders:
        return folders[-1]
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


@contextmanager
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL server on a socket in a new folder, removed at the end; gives the address of its database."""
    programs = postgresql_programs()
    assert programs is not None, "PostgreSQL is not installed"
    folder = Path(tempfile.mkdtemp(prefix="kooperation-pg-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        # `su` without a dash keeps a PATH without the folders of the administrator.
        runuser = shutil.which("runuser") or shutil.which("runuser", path="/usr/sbin:/sbin")
        assert runuser is not None, "runuser is missing: run the tests as another user than root"
        prefix = [runuser, "-u", "postgres", "--"]
    else:
        prefix = []

    def run(*command: str) -> None:
        subprocess.run([*prefix, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")

    data = str(folder / "data")
    run(
        *(str(programs / "initdb"), "-D", data, "-A", "trust", "-U", USER),
        *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
    )
    settings = f"-c listen_addresses='' -k {folder} -c fsync=off"
    run(str(programs / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", settings, "start")
    try:
        yield f"postgresql://{USER}@/postgres?host={folder}"
    finally:
        run(str(programs / "pg_ctl"), "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
