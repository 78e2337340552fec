"""The index: what can be found, put in by the features and found by everybody, the same on both databases."""

from kooperation.base.index.matching import Rank
from kooperation.base.index.reading import SUGGESTIONS, Found, Hit, find, suggest
from kooperation.base.index.words import marked
from kooperation.base.index.writing import Document, clear, put, remove

__all__ = [
    "SUGGESTIONS",
    "Document",
    "Found",
    "Hit",
    "Rank",
    "clear",
    "find",
    "marked",
    "put",
    "remove",
    "suggest",
]
