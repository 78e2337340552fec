"""Text as people write and compare it: folding, sorting by DIN 5007, addresses."""

import re
import unicodedata

_NOT_A_WORD = re.compile(r"[^0-9a-z]+")
_TO_ONE_LETTER = str.maketrans({"ß": "ss", "ẞ": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l"})
# What RFC 5321 allows without quotes and without letters beyond ASCII: all that occurs, and nothing that breaks a line.
_MAIL_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_LONGEST_MAIL_ADDRESS = 254
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def fold(text: str) -> str:
    """Lower case without accents, ä as a and ß as ss: one form for what is spelled in several ways."""
    if text.isascii():
        return text.lower()
    lowered = text.casefold().translate(_TO_ONE_LETTER)
    decomposed = unicodedata.normalize("NFKD", lowered)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def fold_umlauts(text: str) -> str:
    """The same with ä as ae, ö as oe and ü as ue, as people write them who have no umlauts at hand."""
    return fold(unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS))


def words(folded: str) -> list[str]:
    """The words of a folded text, in order: runs of letters and digits."""
    return [word for word in _NOT_A_WORD.split(folded) if word]


def sort_key(text: str) -> str:
    """The key that sorts as DIN 5007 variant 1 does: ä like a, ß like ss, marks and hyphens like spaces."""
    return " ".join(words(fold(text)))


def slug(text: str) -> str:
    """The readable part of an address: "Landkreis Fürstenfeldbruck" gives "landkreis-fuerstenfeldbruck"."""
    return "-".join(words(fold_umlauts(text)))


def is_mail_address(text: str) -> bool:
    """Whether a text is a mail address that mail servers everywhere take."""
    return (
        len(text) <= _LONGEST_MAIL_ADDRESS
        and len(text.partition("@")[0]) <= 64
        # Begins an encoded word (RFC 2047), in which a line break could hide.
        and "=?" not in text
        and _MAIL_ADDRESS.fullmatch(text) is not None
    )


def N_(message: str) -> str:  # noqa: N802 (the name that gettext's extraction looks for)
    """Mark a German text for translation where the language is not known yet; the edge translates it."""
    return message
