"""Files that people send are kept whole, private and under a name of ours, or not at all."""

import io
import os
import stat
from hashlib import sha256

import pytest

from kooperation.base import arrivals
from kooperation.base.errors import RuleViolation

LIMIT = 1024 * 1024


class Endless(io.RawIOBase):
    """Gives bytes for ever, and counts them."""

    def __init__(self):
        self.given = 0

    def read(self, size=-1):
        assert size > 0
        self.given += size
        return b"x" * size


def test_a_file_is_kept_whole_and_private_under_a_name_that_nobody_can_guess(tmp_path):
    folder = tmp_path / "uploads"
    one, other = (arrivals.keep(io.BytesIO(b"Inhalt"), folder, LIMIT) for _ in range(2))
    assert one.name != other.name
    assert (one.size, one.sha256) == (6, sha256(b"Inhalt").hexdigest())
    assert (folder / one.name).read_bytes() == b"Inhalt"
    assert stat.S_IMODE((folder / one.name).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name for path in folder.iterdir()} == {one.name, other.name}


def test_too_much_is_refused_without_reading_on_and_leaves_nothing(tmp_path):
    stream = Endless()
    with pytest.raises(RuleViolation, match="größer als 1 MB") as refused:
        arrivals.keep(stream, tmp_path, LIMIT)
    assert refused.value.field == "file"
    assert stream.given <= 2 * LIMIT
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_refused(tmp_path):
    with pytest.raises(RuleViolation, match="ist leer"):
        arrivals.keep(io.BytesIO(b""), tmp_path, LIMIT)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_removed_once_and_a_second_time_is_no_error(tmp_path):
    kept = arrivals.keep(io.BytesIO(b"x"), tmp_path, LIMIT)
    for _ in range(2):
        arrivals.discard(tmp_path, kept.name)
    assert list(tmp_path.iterdir()) == []


def test_what_nobody_knows_is_removed_after_a_day(tmp_path):
    for name in ("known", "forgotten", "young"):
        (tmp_path / name).write_bytes(b"x")
    for name in ("known", "forgotten"):
        os.utime(tmp_path / name, (0, 0))
    assert arrivals.discard_forgotten(tmp_path, {"known"}) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"known", "young"}
    assert arrivals.discard_forgotten(tmp_path / "missing", set()) == 0
