"""Files that appear whole or not at all, and that only their owner may read."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def scratch_beside(target: Path) -> Iterator[Path]:
    """An empty file of mode 600 in the folder of ``target``, removed at the end unless it was given a name.

    Raises OSError where the folder is missing or may not be written to.
    """
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    scratch = Path(name)
    try:
        yield scratch
    finally:
        scratch.unlink(missing_ok=True)


def name_new(scratch: Path, target: Path) -> None:
    """Give a finished file its name, on the disk as well. Raises FileExistsError where the name is taken."""
    _sync(scratch)
    try:
        os.link(scratch, target)
    except FileExistsError:
        raise
    except OSError:
        # Some network drives know no second name for a file. Then only the look before protects what is there.
        if target.exists():
            raise FileExistsError(target) from None
        scratch.rename(target)
    _sync(target.parent)


def name_over(scratch: Path, target: Path) -> None:
    """Put a finished file in the place of another one, on the disk as well."""
    _sync(scratch)
    scratch.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        # A folder on a network drive may not know how; its files are safe nevertheless.
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
