"""Answers that take as long whether or not an address has an account."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

ANSWER_AFTER = 0.5
"""Seconds; far more than it takes to hash a password and to write a mail, so that the time tells nobody anything."""


@contextmanager
def steady() -> Iterator[None]:
    """Take a fixed time for the block, unless it is refused: a refusal says the same to everybody."""
    begun = time.monotonic()
    yield
    time.sleep(max(0.0, begun + ANSWER_AFTER - time.monotonic()))
