"""What the browser gets of ours: small files, every class that templates use exists, no address of another host."""

import gzip
import re
from pathlib import Path

import pytest

from kooperation.base.config import ROOT

CSS = sorted((ROOT / "static" / "css").glob("*.css"))
JS = sorted((ROOT / "static" / "js").glob("*.js"))
SHEETS = "".join(path.read_text(encoding="utf-8") for path in CSS)
SCRIPTS = "".join(path.read_text(encoding="utf-8") for path in JS)
TEMPLATES = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html"))

# What a page may say without a macro, whether or not one says it today (tests/guards/test_templates.py).
FOR_PAGES_TO_COME = {"k-no-print"}


@pytest.mark.parametrize("path", [*CSS, *JS], ids=lambda path: path.name)
def test_a_sheet_or_script_is_no_longer_than_a_file_may_be(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", [*CSS, *JS], ids=lambda path: path.name)
def test_nothing_loads_from_another_host(path: Path) -> None:
    # The name of the namespace is never fetched.
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text) == []


@pytest.mark.parametrize("path", [*CSS, *JS], ids=lambda path: path.name)
def test_a_compressed_twin_says_the_same(path: Path) -> None:
    """WhiteNoise sends the twin where there is one; `make compress` renews it."""
    twin = path.with_name(path.name + ".gz")
    if twin.exists():
        assert gzip.decompress(twin.read_bytes()) == path.read_bytes()


def test_every_rule_of_ours_has_something_to_style() -> None:
    """A class that no template and no script names is a rest; parts of names that templates compose count."""
    composed = set(re.findall(r"\bk-[\w-]*(?=\{\{)|\bk-[\w-]*-(?=')", TEMPLATES))
    unused = {
        name
        for name in set(re.findall(r"\.(k-[\w-]+)", SHEETS))
        if not re.search(rf"\b{re.escape(name)}\b(?!-)", TEMPLATES + SCRIPTS)
        and not any(name.startswith(part) for part in composed)
    }
    assert unused - FOR_PAGES_TO_COME == set()


def test_every_class_of_ours_in_a_template_has_a_rule() -> None:
    used = set(re.findall(r"(?<=[\s\"'])(k-[a-z][\w-]*[a-z0-9])(?=[\s\"'{])", TEMPLATES))
    defined = set(re.findall(r"\.(k-[\w-]+)", SHEETS))
    assert used - defined == set()
