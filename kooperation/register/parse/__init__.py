"""Reads the official files: bytes in, records or problems out. Knows no database."""

from kooperation.register.parse.problems import Problem, UnreadableFile
from kooperation.register.parse.reader import MAX_BYTES, read_register_file
from kooperation.register.rules.records import (
    ChangeKind,
    ChangeRecord,
    ChangesFile,
    EditionFile,
    EditionFormat,
    RegisterRecord,
    Satzart,
)

__all__ = [
    "MAX_BYTES",
    "ChangeKind",
    "ChangeRecord",
    "ChangesFile",
    "EditionFile",
    "EditionFormat",
    "Problem",
    "RegisterRecord",
    "Satzart",
    "UnreadableFile",
    "read_register_file",
]
