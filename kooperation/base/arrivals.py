"""Files that people send: kept under a name that nobody can guess, in a folder that is never served, and removed."""

import hashlib
import secrets
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kooperation.base.errors import RuleViolation
from kooperation.base.files import name_new, scratch_beside

_PIECE = 256 * 1024
_FORGOTTEN_AFTER = 24 * 3600


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that was kept: its name in the folder, its size in bytes, and the SHA-256 of its content."""

    name: str
    size: int
    sha256: str


def keep(stream: BinaryIO, folder: Path, most: int) -> Arrival:
    """Keep what a stream gives in a file of mode 600, made whole or not at all.

    Refuses more than ``most`` bytes, without reading on, and nothing at all (RuleViolation).
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / secrets.token_hex(16)
    digest, size = hashlib.sha256(), 0
    with scratch_beside(target) as scratch:
        with scratch.open("wb") as file:
            while piece := stream.read(_PIECE):
                size += len(piece)
                if size > most:
                    raise RuleViolation(f"Die Datei ist größer als {most >> 20} MB.", "file")
                digest.update(piece)
                file.write(piece)
        if size == 0:
            raise RuleViolation("Die Datei ist leer.", "file")
        name_new(scratch, target)
    return Arrival(target.name, size, digest.hexdigest())


def discard(folder: Path, name: str) -> None:
    """Remove a kept file; one that is gone already is no error."""
    (folder / name).unlink(missing_ok=True)


def discard_forgotten(folder: Path, known: Collection[str]) -> int:
    """Remove files that nothing knows of, half-written ones too, once they are a day old; gives how many."""
    if not folder.is_dir():
        return 0
    removed = 0
    for path in folder.iterdir():
        # Somebody else may remove the same one.
        with suppress(FileNotFoundError):
            if path.name not in known and time.time() - path.stat().st_mtime > _FORGOTTEN_AFTER:
                path.unlink()
                removed += 1
    return removed
