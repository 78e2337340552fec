"""What the log says of the demonstration region."""

from kooperation.base.hooks import LogColumn, LogWords
from kooperation.base.text import N_

_LOG_WORDS = LogWords(
    events={"demo.loaded": N_("Beispielgebiet geladen"), "demo.removed": N_("Beispielgebiet entfernt")},
    kinds={"DemoRegion": N_("Beispielgebiet")},
    columns={"units": LogColumn(N_("Einheiten"))},
)


def log_words() -> LogWords:
    """What the log says of the demonstration region."""
    return _LOG_WORDS
