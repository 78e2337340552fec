"""Whatever comes in, reading gives a file or a refusal, never anything else."""

import io
import zipfile

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kooperation.register.parse import ChangesFile, EditionFile, UnreadableFile, read_register_file
from tests.register.builders import FIRST_ROW, change, changes_xlsx, edition_xlsx, gv100ad, sample

ROWS = sample()
EDITION = edition_xlsx(ROWS)
TEXT = gv100ad(ROWS).encode()
CHANGES = changes_xlsx([change(1, "160615012007", "Birkenfelde", "160615051119", "Uder")])

quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LETTERS = "ABCDEFGHIJKLMNOPQRST"


def outcome(data):
    """What reading gives: a file, or the problems; each of them must be a sentence."""
    try:
        return read_register_file(data, "x")
    except UnreadableFile as refused:
        problems = refused.problems
    assert problems
    assert all(str(problem).endswith(".") for problem in problems)
    return problems


@quick
@given(st.binary(max_size=2000))
@example(b"PK\x03\x04")
@example(b"\xef\xbb\xbf")
def test_random_bytes_are_refused(data):
    assert isinstance(outcome(data), tuple)


@quick
@given(st.text(max_size=500))
def test_random_text_behind_a_sound_line_is_refused(text):
    assert isinstance(outcome(TEXT[:221] + text.encode()), tuple)


@quick
@given(st.sampled_from([EDITION, TEXT, CHANGES]), st.floats(0, 1, exclude_max=True))
def test_a_sound_file_cut_off_anywhere_is_refused_or_still_whole(data, kept):
    found = outcome(data[: int(len(data) * kept)])
    # The text without the end of its last line, or blanks before it, still says everything.
    assert isinstance(found, tuple) or len(found.records) in (len(ROWS), len(ROWS) - 1)


@quick
@given(st.sampled_from([EDITION, CHANGES]), st.integers(0, 10_000), st.binary(min_size=1, max_size=20))
def test_a_workbook_with_other_bytes_within_is_refused_or_read(data, at, other):
    at %= len(data)
    assert outcome(data[:at] + other + data[at + len(other) :]) is not None


@quick
@given(st.integers(0, len(TEXT) - 1), st.binary(min_size=1, max_size=30))
def test_a_text_with_other_bytes_within_is_refused_or_read(at, other):
    assert outcome(TEXT[:at] + other + TEXT[at + len(other) :]) is not None


cells = st.one_of(
    st.none(),
    st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=30),
    st.integers(-(10**17), 10**17),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.sampled_from(["", "0", "1e5", "=1+1", "60", "01", "١٢", "Ⅷ", "9,43751", "31.12.2024", "1_000", "\u00a0", "²"]),
)


@quick
@given(st.integers(1, FIRST_ROW + len(ROWS) + 3), st.sampled_from(LETTERS), cells)
@example(FIRST_ROW, "A", None)
@example(FIRST_ROW, "C", "²")
def test_any_value_in_any_cell_of_an_edition_is_refused_or_read(row, letter, value):
    found = outcome(edition_xlsx(ROWS, cells={f"{letter}{row}": value}))
    assert isinstance(found, EditionFile | tuple)


@quick
@given(st.integers(1, 10), st.sampled_from(LETTERS[:13]), cells)
def test_any_value_in_any_cell_of_the_changes_is_refused_or_read(row, letter, value):
    data = changes_xlsx(
        [change("3, 4", "010585830", "Flintbek", "010585896", "Eidertal")], cells={f"{letter}{row}": value}
    )
    assert isinstance(outcome(data), ChangesFile | tuple)


@quick
@given(st.lists(st.tuples(st.sampled_from(["10", "40", "50", "60"]), st.text(max_size=12), cells), max_size=8))
def test_any_rows_make_a_refusal(rows):
    data = edition_xlsx(ROWS[:4], cells={f"A{FIRST_ROW + 4 + at}": row[0] for at, row in enumerate(rows)})
    assert isinstance(outcome(data), tuple)


@quick
@given(st.binary(max_size=400))
def test_any_xml_in_the_place_of_the_sheet_is_refused(xml):
    with zipfile.ZipFile(io.BytesIO(EDITION)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as new:
        for name, content in parts.items():
            new.writestr(name, xml if name.endswith("sheet2.xml") else content)
    assert isinstance(outcome(buffer.getvalue()), tuple)


@pytest.mark.parametrize("data", [EDITION, TEXT, CHANGES])
def test_the_untouched_files_are_sound(data):
    assert isinstance(outcome(data), EditionFile | ChangesFile)
