"""Legal pages: which there are, what is missing in them, what changed; and when tasks run, in words."""

import re
from collections.abc import Sequence
from difflib import unified_diff
from enum import StrEnum
from itertools import pairwise
from typing import Any

from kooperation.base.hooks import LogColumn, LogWords
from kooperation.base.text import N_
from kooperation.parties.rules import TopicKind

MISSING = N_("noch nicht eingetragen")
"""What visitors read where something is still to be filled in."""
_NIGHT_ENDS = 6
_PLACEHOLDER = re.compile(r"\[\[([^\[\]\n]{1,200})\]\]")


class LegalKind(StrEnum):
    """The pages that the law asks for, by the word in their address."""

    IMPRINT = "impressum"
    PRIVACY = "datenschutz"
    ACCESSIBILITY = "barrierefreiheit"


LEGAL_PAGES = {
    LegalKind.IMPRINT: N_("Impressum"),
    LegalKind.PRIVACY: N_("Datenschutz"),
    LegalKind.ACCESSIBILITY: N_("Erklärung zur Barrierefreiheit"),
}
"""What the pages are called."""

TOPIC_KINDS = {TopicKind.OZG: N_("OZG-Themenfeld"), TopicKind.FIELD: N_("kommunales Handlungsfeld")}
"""What the kinds of topics are called."""

_LOG_WORDS = LogWords(
    events={
        "term.added": N_("Begriff hinzugefügt"),
        "term.changed": N_("Begriff geändert"),
        "term.moved": N_("Begriff verschoben"),
        "term.retired": N_("Begriff stillgelegt"),
        "term.brought_back": N_("Begriff wieder angeboten"),
        "term.deleted": N_("Begriff gelöscht"),
        "term.merged": N_("Begriffe zusammengeführt"),
        "legal_page.changed": N_("Rechtliche Seite geändert"),
        "legal_page.contact_set": N_("Adresse für Rückmeldungen geändert"),
        "feedback.done": N_("Rückmeldung erledigt"),
        "feedback.reopened": N_("Rückmeldung wieder geöffnet"),
        "mail.retried": N_("Mail noch einmal gesendet"),
        "mail.given_up": N_("Mail aufgegeben"),
    },
    kinds={
        "Topic": N_("Thema"),
        "LegalPage": N_("Rechtliche Seite"),
        "Feedback": N_("Rückmeldung"),
        "OutgoingMail": N_("Mail"),
    },
    columns={
        "kind": LogColumn(N_("Art"), {kind.value: label for kind, label in TOPIC_KINDS.items()}),
        "position": LogColumn(N_("Platz")),
        "into": LogColumn(N_("Zusammengeführt mit")),
        "text": LogColumn(N_("Text")),
        "version": LogColumn(N_("Fassung")),
        "contact": LogColumn(N_("Rückmeldungen gehen an")),
    },
)


def log_words() -> LogWords:
    """What the log says of the administration."""
    return _LOG_WORDS


def placeholders(text: str) -> list[str]:
    """What is still to be filled in: each [[name]] once, in the order of the text."""
    return list(dict.fromkeys(name.strip() for name in _PLACEHOLDER.findall(text)))


def without_placeholders(text: str) -> str:
    """The text for visitors, who read in words where something is missing."""
    return _PLACEHOLDER.sub(MISSING, text)


def tidy(text: str) -> str:
    """A text as it is stored and compared: lines end in one way, and nothing hangs over at the end."""
    return (
        "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip() + "\n"
    )


def changes(before: str, after: str) -> Sequence[tuple[bool, str]]:
    """The lines that differ between two texts, in their order: True for one that came, False for one that went."""
    lines = list(unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[2:]
    return [(line[0] == "+", line[1:]) for line in lines if line[0] in "+-" and line[1:].strip()]


def schedule_words(minutes: Sequence[int]) -> tuple[str, dict[str, Any]]:
    """When a task runs, in words that are still to be translated, with their values.

    ``minutes`` are those of a day at which it begins, counted from midnight, in ascending order.
    """
    if len(minutes) == 1:
        hour, minute = divmod(minutes[0], 60)
        words = N_("jede Nacht um %(at)s Uhr") if hour < _NIGHT_ENDS else N_("jeden Tag um %(at)s Uhr")
        return words, {"at": f"{hour}:{minute:02d}"}
    steps = {later - earlier for earlier, later in pairwise(minutes)}
    if steps == {1}:
        return N_("jede Minute"), {}
    if steps == {60}:
        return N_("jede Stunde, %(minute)d Minuten nach der vollen"), {"minute": minutes[0] % 60}
    if steps == {10}:
        return N_("alle zehn Minuten"), {}
    if len(steps) == 1:
        return N_("alle %(count)d Minuten"), {"count": steps.pop()}
    return N_("%(count)d-mal am Tag"), {"count": len(minutes)}
