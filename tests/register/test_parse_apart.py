"""Reading in a process of its own: the same answer as here, and a file that means harm ends that process alone."""

import zipfile

import pytest

from kooperation.register.parse import UnreadableFile, apart, read_register_file
from kooperation.register.parse.apart import read_apart
from tests.register.builders import change, changes_xlsx, edition_xlsx, gv100ad, sample
from tests.register.test_parse_hostile import NAMESPACE, SHEET, rewritten

EDITION = edition_xlsx(sample())
ONE_CHANGE = changes_xlsx([change("1", "010590001001", "Husby", "010590002002", "Hürup")])


def refused(data):
    with pytest.raises(UnreadableFile) as refusal:
        read_apart(data, "datei.xlsx")
    return str(refusal.value)


@pytest.mark.parametrize("data", [EDITION, ONE_CHANGE, gv100ad(sample()).encode()], ids=["sheet", "changes", "text"])
def test_a_file_is_read_as_it_is_here(data):
    assert read_apart(data, "ä\x1b/-c.xlsx") == read_register_file(data, "ä\x1b/-c.xlsx")


def test_a_refusal_comes_back_with_all_its_problems():
    wrong = edition_xlsx(sample(), cells={f"J{line}": "viele" for line in range(7, 90)})
    with pytest.raises(UnreadableFile) as here:
        read_register_file(wrong, "x")
    with pytest.raises(UnreadableFile) as there:
        read_apart(wrong, "x")
    assert (there.value.problems, there.value.more) == (here.value.problems, here.value.more)


def test_one_long_text_in_very_many_cells_takes_no_more_memory_than_is_given():
    # Each cell would get a copy of its own: 100 GB.
    texts = f'<sst xmlns="{NAMESPACE}"><si><t>{"xy" * 500_000}</t></si></sst>'.encode()
    rows = "".join(
        f'<row r="{row}">' + "".join(f'<c r="{column}{row}" t="s"><v>0</v></c>' for column in "ABCDEFGHIJ") + "</row>"
        for row in range(1, 10_001)
    )
    sheet = f'<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    bomb = rewritten(EDITION, lambda parts: {**parts, "xl/sharedStrings.xml": texts, SHEET: sheet}, zipfile.ZIP_STORED)
    assert "mit 256 MB Arbeitsspeicher lesen lässt" in refused(bomb)


def test_very_many_shared_texts_are_refused_before_they_are_unpacked():
    texts = f'<sst xmlns="{NAMESPACE}">' + "".join(f"<si><t>{one}</t></si>" for one in range(600_000)) + "</sst>"
    bomb = rewritten(EDITION, lambda parts: {**parts, "xl/sharedStrings.xml": texts.encode()})
    assert len(bomb) < 10 * 1024 * 1024
    assert "höchstens 8 MB gemeinsame Texte" in refused(bomb)


def test_very_many_lines_are_refused_before_they_are_split():
    assert "höchstens 40.000 Zeilen" in refused(gv100ad(sample()).encode() + b"a\n" * 4_000_000)


def test_a_process_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(apart, "PATIENCE", 0.001)
    assert "Sekunden lesen lässt" in refused(EDITION)


def test_the_process_inherits_no_secret(monkeypatch):
    seen = {}

    def run(*_arguments, env, **_more):
        seen.update(env)
        raise apart.subprocess.TimeoutExpired("x", 1)

    monkeypatch.setenv("SECRET_KEY", "geheim")
    monkeypatch.setattr(apart.subprocess, "run", run)
    refused(EDITION)
    assert "SECRET_KEY" not in seen
