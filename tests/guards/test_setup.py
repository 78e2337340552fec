"""The set-up keeps its promises: exact locks, nothing of other people's committed, nothing that knows one machine."""

import gzip
import json
import re
import shutil
import subprocess
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import hatch_build
from kooperation.base.config import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGE = json.loads((ROOT / "package.json").read_text("utf-8"))
PACKAGE_LOCK = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
LOCKS = ("requirements.txt", "requirements-dev.txt")

# In two parts, so that this file does not find itself.
REGISTRIES = re.compile("|".join(("py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "yarn" + "pkg.com")))
MACHINES = re.compile(r"(?<![\w.*~}])/(?:root|work|Users/\w+|home/\w+)" + "/")
LARGEST_FONT = 25_000


def committed() -> list[str]:
    """The paths that git keeps; skips where this is no checkout."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Every committed line of text that the pattern is found in, as file:line."""
    found = []
    for name in committed():
        data = (ROOT / name).read_bytes()
        if b"\0" not in data:
            lines = data.decode("utf-8").splitlines()
            found += [
                f"{name}:{number}: {line.strip()}" for number, line in enumerate(lines, 1) if pattern.search(line)
            ]
    return found


def pins(lock: str) -> dict[str, set[str]]:
    """The versions that a lock pins, by the normalised name of the package; a marker may choose between two."""
    pinned: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", (ROOT / lock).read_text(), re.MULTILINE):
        pinned.setdefault(canonicalize_name(name), set()).add(version)
    return pinned


def test_no_committed_file_names_a_package_registry():
    assert lines_with(REGISTRIES) == []


def test_no_committed_file_knows_the_paths_of_one_machine():
    assert lines_with(MACHINES) == []


def test_nothing_of_third_parties_is_committed():
    foreign = re.compile(r"(^|/)(vendor|node_modules)/|\.min\.(js|css)$|\.(woff2?|ttf|otf|whl|gz|pyc)$|^instance/")
    assert [name for name in committed() if foreign.search(name)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_package_with_its_hashes_and_no_address(lock):
    text = (ROOT / lock).read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries
    for entry in entries:
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert "://" not in text


def test_the_developers_lock_holds_the_operators_lock():
    runtime, developers = (pins(lock) for lock in LOCKS)
    assert {name: versions for name, versions in runtime.items() if developers.get(name) != versions} == {}


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.txt", PROJECT["project"]["dependencies"]),
        ("requirements-dev.txt", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_every_requirement_is_locked_at_a_version_that_it_allows(lock, wanted):
    pinned = pins(lock)
    for requirement in map(Requirement, wanted):
        versions = pinned.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement.name} is not in {lock}: make lock"
        assert all(version in requirement.specifier for version in versions), requirement


def test_the_assets_are_pinned_exactly_and_locked_with_their_hashes():
    direct = PACKAGE["dependencies"] | PACKAGE["devDependencies"]
    for name, version in direct.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name} {version}"
        assert PACKAGE_LOCK["packages"][f"node_modules/{name}"]["version"] == version
    for path, entry in PACKAGE_LOCK["packages"].items():
        assert "resolved" not in entry
        assert not path or entry["integrity"].startswith("sha512-")


def test_the_assets_are_made_from_what_is_committed():
    assert hatch_build.is_current(ROOT), "the front-end assets are not those of package.json: run make test"


def test_the_stylesheet_names_only_fonts_that_are_there_and_small():
    stylesheet = ROOT / PACKAGE["fonts"]["stylesheet"]
    named = re.findall(r'url\("?([^")]+\.woff2)', stylesheet.read_text("utf-8"))
    assert len(named) == len(PACKAGE["fonts"]["faces"])
    for address in named:
        assert (stylesheet.parent / address).stat().st_size <= LARGEST_FONT


def test_every_compressed_asset_is_its_original():
    packed = list((ROOT / "static" / "vendor").rglob("*.gz"))
    assert packed
    for path in packed:
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes(), path


def test_make_help_names_every_target():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = re.findall(r"^\.PHONY: (help .*)$", makefile, re.MULTILINE)[0].split()
    help_text = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    assert re.findall(r"^  ([a-z]+) +\S", help_text, re.MULTILINE) == targets
    assert {"setup", "run", "dev", "test", "check", "bench", "shots", "lock", "clean", "help"} <= set(targets)


def test_publiccode_describes_this_project_within_the_limits_of_its_standard():
    described = yaml.safe_load((ROOT / "publiccode.yml").read_text("utf-8"))
    assert described["name"] == PROJECT["project"]["name"]
    assert described["softwareVersion"] == PROJECT["project"]["version"]
    assert described["legal"]["license"] == PROJECT["project"]["license"]
    assert set(described["description"]) == {"de", "en"}
    for texts in described["description"].values():
        assert len(texts["shortDescription"]) <= 150
        assert 150 <= len(texts["longDescription"]) <= 10_000
        assert texts["features"]


def test_the_licence_is_the_whole_eupl():
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert all(f"\n{number}." in text for number in range(1, 16))
    assert "Appendix" in text
