"""What is wrong with a file: where, what was expected, what stands there."""

from collections.abc import Iterable
from dataclasses import dataclass

PROBLEM_LIMIT = 50
"""So many problems are named; of the others only the number."""

_FOUND_LENGTH = 60
_KIND_LENGTH = 240
_THIS_IS = "Das ist "


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong; ``str()`` makes it a German sentence for a person.

    ``line`` is 1-based, as Excel or an editor shows it; ``column`` is a letter with its heading
    ("J, Bevölkerung insgesamt") or the character positions ("Zeichen 140–150").
    """

    sheet: str | None
    line: int | None
    column: str | None
    expected: str
    found: str | None

    def __str__(self) -> str:
        where = ", ".join(
            part
            for part in (
                f"Blatt „{self.sheet}“" if self.sheet else "",
                f"Zeile {self.line}" if self.line is not None else "",
                f"Spalte {self.column}" if self.column and not self.column.startswith("Zeichen") else self.column or "",
            )
            if part
        )
        if not where and self.found and self.found.startswith(_THIS_IS):
            return f"{_clean(self.found, _KIND_LENGTH)}. Erwartet: {self.expected}."
        said = f"erwartet: {self.expected}"
        if self.found is not None:
            said += f"; gefunden: {quoted(self.found)}"
        return f"{where}: {said}." if where else f"{said[0].upper()}{said[1:]}."


class UnreadableFile(Exception):
    """A file was refused; ``problems`` says why (at most 50), ``more`` how many others there are."""

    def __init__(self, problems: Iterable[Problem], more: int = 0) -> None:
        self.problems = tuple(problems)
        self.more = more
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ProblemList:
    """Collects problems while reading goes on, so that all are told at once."""

    def __init__(self, sheet: str | None = None) -> None:
        self.sheet = sheet
        self.kept: list[Problem] = []
        self.more = 0

    def add(self, line: int | None, column: str | None, expected: str, found: object = None) -> None:
        """Note one; past the limit it is only counted."""
        if len(self.kept) >= PROBLEM_LIMIT:
            self.more += 1
            return
        text = None if found is None else str(found)
        self.kept.append(Problem(self.sheet, line, column, expected, text))

    def __bool__(self) -> bool:
        return bool(self.kept)

    def refuse_if_any(self) -> None:
        """Raise UnreadableFile if there is at least one, in the order of the lines."""
        if self.kept:
            raise UnreadableFile(sorted(self.kept, key=_by_line), self.more)


def refuse(expected: str, kind: str, *, line: int | None = None) -> UnreadableFile:
    """A refusal with a single problem, to be raised: ``kind`` says with its article what the file, or the line, is."""
    found = kind if line is not None else f"{_THIS_IS}{kind}"
    return UnreadableFile([Problem(None, line, None, expected, found)])


def quoted(found: str) -> str:
    """What was found, made fit for a sentence: no control characters, not too long; nothing is "nichts"."""
    clean = _clean(found, _FOUND_LENGTH)
    return f"„{clean}“" if clean.strip() else "nichts"


def _clean(found: str, length: int) -> str:
    shown = "".join(char if char.isprintable() else "·" for char in found[:length])
    return f"{shown}…" if len(found) > length else shown


def _by_line(problem: Problem) -> int:
    return problem.line or 0
