"""What the tests of the register share: the folder of the official files, and each of them read once a session."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from kooperation.register.parse import ChangesFile, EditionFile, read_register_file
from kooperation.register.rules import EditionBodies
from kooperation.register.rules.description import bodies_of
from tests.databases import FULL

ROOT = Path(__file__).parents[2]

FILES = {
    "2021": "31122021_Auszug_GV.xlsx",
    "2023": "31122023_Auszug_GV.xlsx",
    "2024": "AuszugGV4QAktuell_2024.xlsx",
    "fixed": "GV100AD_301123.txt",
    "changes 2023": "gebietsaenderungen_2023.xlsx",
    "changes 2024": "gebietsaenderungen_2024.xlsx",
}
"""The official files by short names."""

Reading = Callable[[str], EditionFile | ChangesFile]


@pytest.fixture(scope="session")
def register_dir() -> Path:
    """The folder of the official files; skips where one is missing, and fails in the full run."""
    folder = ROOT / os.environ.get("KOOPERATION_REGISTER_DIR", "data/register")
    missing = [name for name in FILES.values() if not (folder / name).is_file()]
    if missing:
        reason = f"official files are missing in {folder}: {', '.join(missing)}"
        if FULL:
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def official(register_dir: Path) -> Reading:
    """An official file by its short name ("2024", "fixed", "changes 2024"), read once."""

    @cache
    def read(name: str) -> EditionFile | ChangesFile:
        path = register_dir / FILES[name]
        return read_register_file(path.read_bytes(), path.name)

    return read


@pytest.fixture(scope="session")
def described(official: Reading) -> Callable[[str], EditionBodies]:
    """The bodies of an official edition by its short name, worked out once."""

    @cache
    def describe(name: str) -> EditionBodies:
        edition = official(name)
        assert isinstance(edition, EditionFile)
        return bodies_of(edition)

    return describe
