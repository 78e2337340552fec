"""Addresses as people write them, in the form in which they are stored and linked."""

import re
from urllib.parse import urlsplit

from kooperation.base.errors import RuleViolation
from kooperation.base.hooks import LogColumn, LogWords
from kooperation.base.text import N_, is_mail_address

LONGEST_WEBSITE = 300
LONGEST_PHONE = 40
LONGEST_TEXT = 2_000

FIELDS = {
    "website": N_("Website"),
    "email": N_("Allgemeines Postfach"),
    "phone": N_("Telefon"),
    "text": N_("Text"),
}
"""What an entry consists of, by the name of the column."""

_LOG_WORDS = LogWords(
    events={
        "profile.entered": N_("Eintrag angelegt"),
        "profile.edited": N_("Eintrag geändert"),
        "profile.confirmed": N_("Eintrag bestätigt"),
        "profile.inherited": N_("Eintrag von der aufgelösten Kommune übernommen"),
        "profile.merged": N_("Zwei Einträge zusammengeführt"),
    },
    kinds={"Profile": N_("Eintrag der Kommune")},
    columns={
        **{name: LogColumn(label) for name, label in FIELDS.items()},
        # The log has one word for a column of one name, whatever the record.
        "email": LogColumn(N_("E-Mail-Adresse")),
        "entered_by_id": LogColumn(N_("Eingetragen von"), is_place=True),
    },
)


def log_words() -> LogWords:
    """What the log says of the entries of municipalities."""
    return _LOG_WORDS


_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
# Letters of all alphabets: a domain may have umlauts. What it ends in is no number, so an address of digits is none.
_HOST = re.compile(r"([^\W_]([\w-]{0,61}[^\W_])?\.)+[^\W\d_]([^\W_]|-){1,62}")

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_DASHES = re.compile(r"\s*[-\u2010-\u2015\u2212]\s*")
_CALLED = re.compile(r"(telefon|tel|fon)\b[.:\s]*", re.IGNORECASE)
_PHONE = re.compile(r"\+?[0-9 ()/.-]+")
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
AUTHORITIES = "115"
"""The number of the authorities, the same everywhere in Germany and without an area code."""
_GERMANY = "+49"
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def website(text: str) -> str | None:
    """An address on the web with its scheme, https where none was written; None for nothing.

    Refuses (RuleViolation) what is no address, other schemes than http and https, and a name or password in it.
    """
    typed = _INVISIBLE.sub("", text).strip()
    if not typed:
        return None
    address = typed if _SCHEME.match(typed) else f"https://{typed}"
    refusal = RuleViolation("Bitte schreiben Sie die Adresse so: www.kommune.de.", "website")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise refusal from None
    host = (parts.hostname or "").removesuffix(".")
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or not _HOST.fullmatch(host):
        raise refusal
    if not address.isprintable() or any(character in address for character in ' "<>\\'):
        raise refusal
    rest = parts._replace(scheme="", netloc="").geturl()
    found = f"{parts.scheme}://{host}{f':{port}' if port else ''}{'' if rest == '/' else rest}"
    if len(found) > LONGEST_WEBSITE:
        raise RuleViolation(f"Die Adresse darf höchstens {LONGEST_WEBSITE} Zeichen haben.", "website")
    return found


def website_label(address: str) -> str:
    """An address as people say it: without its scheme."""
    return address.partition("://")[2]


def mailbox(text: str) -> str | None:
    """A mail address without what stands around it; None for nothing. Refuses what is none (RuleViolation)."""
    address = _INVISIBLE.sub("", text).strip().removeprefix("mailto:")
    if not address:
        return None
    if not is_mail_address(address):
        raise RuleViolation("Bitte schreiben Sie die Adresse so: poststelle@kommune.de.", "email")
    return address


def phone(text: str) -> str | None:
    """A telephone number as it was typed, with even spaces and hyphens; None for nothing.

    Refuses (RuleViolation) what nobody could dial from elsewhere: no number, several, or one without its area code.
    """
    typed = " ".join(_DASHES.sub("-", _INVISIBLE.sub("", text)).split())
    number = _CALLED.sub("", typed, count=1) if _CALLED.match(typed) else typed
    if not number:
        return None
    if len(number) > LONGEST_PHONE or not _PHONE.fullmatch(number) or dialled(number) is None:
        raise RuleViolation(
            "Bitte schreiben Sie eine Nummer mit ihrer Vorwahl, zum Beispiel 09131 86-0 oder +49 9131 86-0.", "phone"
        )
    return number


def dialled(number: str) -> str | None:
    """What is dialled for a telephone number, by E.164: "09131 / 86-0" gives "+499131860"; 115 stays as it is.

    None for a number without an area code, and one that is too short or too long to be any.
    """
    # "+49 (0) 9131" is for two ways of dialling; from elsewhere its zero is left out.
    from_abroad = number.startswith(("+", "00"))
    digits = re.sub(r"[^0-9+]", "", _TRUNK_ZERO.sub("", number) if from_abroad else number)
    if digits == AUTHORITIES:
        return digits
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0"):
        digits = _GERMANY + digits[1:]
    # "+49 0911" is how the code is wrongly put before a number.
    if digits.startswith(f"{_GERMANY}0"):
        digits = _GERMANY + digits[len(_GERMANY) + 1 :]
    return digits if _E164.fullmatch(digits) else None


def paragraphs(text: str) -> str:
    """A text with line ends of one kind and nothing around it. Refuses one that is too long (RuleViolation)."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(plain) > LONGEST_TEXT:
        raise RuleViolation(f"Der Text darf höchstens {LONGEST_TEXT} Zeichen haben; es sind {len(plain)}.", "text")
    return plain
