"""How the index reads text: one form for what people spell in several ways, for what is put in and what is asked.

Decided here and nowhere in SQL, so that both databases find the same.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kooperation.base.text import fold

LONGEST_QUERY = 200
"""Characters of a query that are read; what follows is left out."""

MOST_WORDS = 8
"""Words of a query that are looked for; the others are left out. The longest names of the register have nine."""

LONGEST_WORD = 60
"""Characters of a word that are compared."""

SHORTEST_PART = 4
"""Letters that a part of a compound needs, to be found inside a word: "bruck" yes, "ulm" in "Kulmbach" no."""

_WORD = re.compile(r"[^\W_]+")
# Soft hyphens, zero-width characters and marks of the writing direction come along when text is copied.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
# What may begin an addition to a name: a bracket, a stroke, a comma, or a word, which is then one of place or is none.
_ADDITION = re.compile(r"[(/,]|\b([^\W_]{1,6})\b")
# ae, oe, ue stand for umlauts, so "Muenchen" and "München" meet in "munchen". Not the ue of neu-e, bau-e, qu-e:
# "Neuenburg" and "Neunburg" are two places.
_WRITTEN_UMLAUT = re.compile(r"([ao])e|(?<![aeq])(u)e")

ABBREVIATIONS = {
    # Kinds of bodies, as letters and tables write them.
    "lk": "landkreis",
    "lkr": "landkreis",
    "ldkr": "landkreis",
    "landkr": "landkreis",
    "kr": "kreis",
    "vgem": "verwaltungsgemeinschaft",
    "vbgem": "verbandsgemeinde",
    "sg": "samtgemeinde",
    "gde": "gemeinde",
    "gem": "gemeinde",
    "rb": "regierungsbezirk",
    "regbez": "regierungsbezirk",
    "st": "sankt",
    # Regions that the register abbreviates behind a name ("Neunburg vorm Wald", "Weiden i.d.OPf.", "Halle (Westf.)").
    "bay": "bayern",
    "erzgeb": "erzgebirge",
    "hann": "hannover",
    "hess": "hessen",
    "holst": "holstein",
    "mfr": "mittelfranken",
    "odw": "odenwald",
    "ofr": "oberfranken",
    "oldb": "oldenburg",
    "opf": "oberpfalz",
    "rhld": "rheinland",
    "sa": "sachsen",
    "sachs": "sachsen",
    "schw": "schwaben",
    "thur": "thuringen",
    "ts": "taunus",
    "ufr": "unterfranken",
    "vogtl": "vogtland",
    "westf": "westfalen",
    "ww": "westerwald",
}
"""What an abbreviation stands for wherever it occurs. One that means several things is in ALSO alone."""

ALSO = {
    # The north and west say Kreis, the south and east Landkreis; people elsewhere ask for their own word.
    "kreis": ("landkreis",),
    "landkreis": ("kreis",),
    # VG is a Verwaltungsgemeinschaft in Bayern, Thüringen and Baden-Württemberg, a Verbandsgemeinde elsewhere.
    "verbandsgemeinde": ("vg",),
    "verwaltungsgemeinschaft": ("vg",),
}
"""Further words that a document with the word is found by."""

_PAIRS = {("o", "l"): "oberlausitz", ("o", "pf"): "oberpfalz"}

FILLERS = frozenset(
    "an am auf bei beim das dem den der des die im in ob und unterm vom von vor vorm zu zum zur a b d i o u v z".split()
)
"""Little words that everybody abbreviates in their own way or leaves out: "a.d.", "an der", nothing. They count only
at the beginning of a name ("Am Mellensee") and where a query has no other word."""

_PLACING = frozenset("a am an auf b bei beim i im in o ob unterm v vor vorm zu zum zur".split())
"""Those among them that begin an addition to a name: "Neustadt an der Orla"."""

_OTHERWISE = {
    full: tuple(short for short, meant in ABBREVIATIONS.items() if meant == full and not full.startswith(short))
    for full in set(ABBREVIATIONS.values())
}
"""Abbreviations that are not just the beginning of the word, by which it is found anyway."""


@lru_cache(maxsize=16_384)
def _form(token: str) -> str:
    joined = "".join(_WORD.findall(fold(token)))
    return _WRITTEN_UMLAUT.sub(r"\1\2", joined)[:LONGEST_WORD]


def clean(text: str) -> str:
    """The text with composed umlauts and without invisible characters, as it may be cut into words."""
    return text if text.isascii() else unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def tokens(text: str) -> list[str]:
    """The words of a text, each in the form that is compared, little ones included."""
    return [form for form in map(_form, _WORD.findall(clean(text))) if form]


def spelled_out(forms: Iterable[str]) -> list[str]:
    """The same words with abbreviations in full, and little words only at the beginning."""
    return [ABBREVIATIONS.get(form, form) for form in without_fillers(_pairs_joined(list(forms)))]


def split(text: str) -> list[tuple[str, str]]:
    """The words of a text, each as it is written and in the form that is compared."""
    return [(token, _form(token)) for token in _WORD.findall(clean(text))]


def without_fillers(forms: Sequence[str]) -> list[str]:
    """The same words with the little ones only at the beginning."""
    first = next((at for at, form in enumerate(forms) if form not in FILLERS), len(forms))
    return [form for at, form in enumerate(forms) if at < first or form not in FILLERS]


def found_by(forms: Iterable[str]) -> set[str]:
    """All words that a name with these words is found by."""
    forms = _pairs_joined(list(forms))
    result = set(spelled_out(forms))
    for full in list(result):
        result.update(ALSO.get(full, ()))
    for full in list(result):
        result.update(_OTHERWISE.get(full, ()))
    result.update(form for form in forms if form in ABBREVIATIONS)
    return result


def _pairs_joined(forms: list[str]) -> list[str]:
    result: list[str] = []
    for form in forms:
        if result and (result[-1], form) in _PAIRS:
            result[-1] = _PAIRS[result[-1], form]
        else:
            result.append(form)
    return result


def head(text: str) -> str:
    """The name without the addition that tells it from others, joined, in the form that is compared.

    "Halle (Saale)" gives "halle", "Neustadt an der Orla" gives "neustadt"; without an addition it is the whole name.
    """
    end = len(text)
    for match in _ADDITION.finditer(text):
        if match.start() and (not match.group(1) or _form(match.group(1)) in _PLACING):
            end = match.start()
            break
    return "".join(spelled_out(tokens(text[:end]))) or "".join(spelled_out(tokens(text)))


@lru_cache(maxsize=4_096)
def context(text: str) -> str:
    """All words that the text is narrowed down by, each between spaces; many documents share a text."""
    return f" {' '.join(sorted(found_by(tokens(text))))} "


@dataclass(frozen=True, slots=True)
class Query:
    """A query as the index understands it.

    ``words`` are looked for one by one. ``name`` is compared with whole names, abbreviations in full, and so is
    ``literal_name``, as it was typed: "st" may become Sankt Augustin or Stuttgart. ``code`` is what was asked for
    where it consists of digits alone. ``shortened`` tells that a part was left out, being too long.
    """

    text: str
    words: tuple[str, ...]
    name: str
    literal_name: str
    code: str | None
    shortened: bool

    @classmethod
    def read(cls, text: str) -> "Query":
        """Understand what a person typed; never an error, whatever it is."""
        short = clean(text[:LONGEST_QUERY])
        forms = _pairs_joined(tokens(short))
        distinct = list(dict.fromkeys(form for form in forms if form not in FILLERS)) or list(dict.fromkeys(forms))
        joined = "".join(forms)
        return cls(
            text="".join(part for part in " ".join(short.split()) if part.isprintable()),
            words=tuple(distinct[:MOST_WORDS]),
            name=" ".join(spelled_out(forms)),
            literal_name=" ".join(without_fillers(forms)),
            code=joined if joined.isascii() and joined.isdigit() else None,
            shortened=len(text) > LONGEST_QUERY or len(distinct) > MOST_WORDS,
        )

    def without(self, words: Collection[str]) -> "Query":
        """The same query, did these words not stand in it."""
        return Query.read(self.with_words(dict.fromkeys(words, "")))

    def with_words(self, others: Mapping[str, str]) -> str:
        """The text of the query with other words in place of some: form that is compared → what to write."""
        return " ".join(_WORD.sub(lambda match: others.get(_form(match.group()), match.group()), self.text).split())


def marked(text: str, searched: Iterable[str]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is what was searched for.

    A word is marked as far as it begins with a searched one, else where it contains one. Joined, the pieces are the
    text again, with composed umlauts.
    """
    text = clean(text)
    searched = sorted(set(searched), key=len, reverse=True)
    pieces: list[tuple[str, bool]] = []
    at = 0
    for match in _WORD.finditer(text):
        start, end = _marked_part(match.group(), searched)
        if start == end:
            continue
        start, end = match.start() + start, match.start() + end
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    pieces.append((text[at:], False))
    return [piece for piece in pieces if piece[0]]


def _marked_part(token: str, searched: list[str]) -> tuple[int, int]:
    form = _form(token)
    for word in searched:
        at = form.find(word)
        if at == 0 or (at > 0 and len(word) >= SHORTEST_PART):
            # Letters of the form and of the text differ in number ("ß", "ue"): count the text's letters.
            start = _letters(token, at)
            return start, _letters(token, at + len(word))
        if word in ABBREVIATIONS and form == ABBREVIATIONS[word]:
            return 0, len(token)
    return 0, 0


def _letters(token: str, count: int) -> int:
    """How many letters of the token give the first ``count`` of its form."""
    if count == 0:
        return 0
    return next((n for n in range(1, len(token) + 1) if len(_form(token[:n])) >= count), len(token))
