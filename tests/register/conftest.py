"""What the tests of the register share: each official file read once a session, and imported once after another."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

from kooperation.register.parse import ChangesFile, EditionFile, read_register_file
from kooperation.register.rules.bodies import EditionBodies
from kooperation.register.rules.description import bodies_of
from tests.conftest import REGISTER_FILES
from tests.register.chains import Chains, Planned

Reading = Callable[[str], EditionFile | ChangesFile]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever uses the chains of a database does so in one process, where each import is made once."""
    for item in items:
        if isinstance(item, pytest.Function) and "chains" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group(f"chains on {item.callspec.params['app']}"))


@pytest.fixture(scope="session")
def official(register_dir: Path) -> Reading:
    """An official file by its short name ("2024", "fixed", "changes 2024"), read once."""

    @cache
    def read(name: str) -> EditionFile | ChangesFile:
        path = register_dir / REGISTER_FILES[name]
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


@pytest.fixture(scope="session")
def chains(app: Flask, official: Reading, tmp_path_factory: pytest.TempPathFactory) -> Chains:
    """Databases with the real register after whatever was imported in turn."""
    return Chains(app, official, tmp_path_factory.mktemp("chains"))


@pytest.fixture
def load(chains: Chains) -> Iterator[Callable[..., Planned]]:
    """Stand in a database into which files were imported by their short names, in order; gives the last plan.

    The test may read there, and load more; it writes nothing else.
    """
    taken: list[tuple[str, bool]] = []
    with ExitStack() as stack:

        def load(*names: str, force: bool = False) -> Planned:
            steps = [*taken, *((name, force) for name in names)]
            stack.close()
            planned = stack.enter_context(chains.bound(*steps))
            taken[:] = steps
            return planned

        yield load
