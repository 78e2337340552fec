"""A register file on its way from a browser into the register: its states, its name, and what is shown of its plan."""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Self

from kooperation.base.text import N_
from kooperation.register.rules.sections import Section

LONGEST_NAME = 200
KEPT_FOR = timedelta(days=30)
"""How long a file waits for a decision, and how long one can look up what came of it."""
MOST_OPEN = 20
"""Files that may be under way at a time."""


class UploadState(StrEnum):
    """How far an uploaded file has come."""

    WAITING = "waiting"
    READING = "reading"
    PLANNED = "planned"
    APPLYING = "applying"
    APPLIED = "applied"
    REFUSED = "refused"
    DISCARDED = "discarded"
    FAILED = "failed"


BUSY = frozenset({UploadState.WAITING, UploadState.READING, UploadState.APPLYING})
"""States in which the worker has something to do."""
OPEN = BUSY | {UploadState.PLANNED, UploadState.FAILED}
"""States in which the file is kept: something is to be done yet."""

STATES: Mapping[UploadState, tuple[str, str]] = {
    UploadState.WAITING: (N_("wartet auf das Lesen"), "info"),
    UploadState.READING: (N_("wird gelesen"), "info"),
    UploadState.PLANNED: (N_("wartet auf Ihre Entscheidung"), "warning"),
    UploadState.APPLYING: (N_("wird übernommen"), "info"),
    UploadState.APPLIED: (N_("übernommen"), "success"),
    UploadState.REFUSED: (N_("abgelehnt"), "danger"),
    UploadState.DISCARDED: (N_("verworfen"), "neutral"),
    UploadState.FAILED: (N_("abgebrochen"), "danger"),
}
"""What a state is called, and the kind of its badge."""


def cleaned_name(given: str) -> str:
    """The name of a file as a browser gave it, without folders, control and direction characters, and not too long."""
    last = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    shown = "".join(char if char.isprintable() else " " for char in last)
    return " ".join(shown.split())[:LONGEST_NAME].strip(". ") or N_("Datei ohne Namen")


@dataclass(frozen=True, slots=True)
class Summary:
    """What is shown of a plan at once; its rows are read page by page.

    ``sections`` are titles with the number of their rows. ``is_empty``: there is nothing to apply. ``gone`` says
    how many units would be dissolved. Dates are ISO texts, so that all of it is fit for JSON.
    """

    kind: str
    starts_on: str | None
    ends_on: str
    figures: Sequence[tuple[str, int]]
    sections: Sequence[tuple[str, int]]
    warnings: Sequence[str]
    notices: Sequence[str]
    gone: int
    is_empty: bool

    @property
    def period(self) -> tuple[date | None, date]:
        """The first and the last day that the file is about; an edition is about one."""
        return date.fromisoformat(self.starts_on) if self.starts_on else None, date.fromisoformat(self.ends_on)

    @property
    def title(self) -> str:
        """What the file is: "AuszugGV, Gebietsstand 31.12.2023"."""
        first, last = self.period
        if first is None:
            return f"{self.kind}, Gebietsstand {last:%d.%m.%Y}"
        return f"{self.kind} {first:%d.%m.%Y} bis {last:%d.%m.%Y}"

    def as_json(self) -> dict[str, Any]:
        """The values as they are stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The summary that was stored."""
        return cls(**values)


def fingerprint(sha256: str, sections: Iterable[Section]) -> str:
    """Tells whether another plan of the file says the same: it covers the file and every row that is shown."""
    digest = hashlib.sha256(sha256.encode())
    for section in sections:
        digest.update(repr((section.title, [(row.key, row.name, row.text) for row in section.rows])).encode())
    return digest.hexdigest()
