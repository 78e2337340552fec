"""The benchmarks: each figure with the peer or limit that it is a ratio to, from the same run. None is a test."""

from typing import NamedTuple


class Figure(NamedTuple):
    """One measured value; ``ratio`` is the value divided by what it is compared with, ``to`` says what that is."""

    name: str
    value: float
    unit: str
    ratio: float | None = None
    to: str = ""

    def __str__(self) -> str:
        compared = f"  {self.ratio:8.2f} x {self.to}" if self.ratio is not None else f"  {'':8}   {self.to}"
        return f"{self.name:<58} {self.value:>12,.2f} {self.unit:<12}{compared}".rstrip()
