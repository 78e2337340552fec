"""The tables of the index. They hold nothing that cannot be made anew from what the features store."""

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kooperation.base.db import Base

Ordered = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is compared byte by byte on both databases; ranges of beginnings and the order of hits rest on it."""


class SearchDocument(Base):
    """Something that can be found, and what a result shows of it."""

    __tablename__ = "search_document"
    __table_args__ = (UniqueConstraint("kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    key: Mapped[str] = mapped_column(Text)
    """What a form sends where the document is chosen from suggestions."""
    title: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    context: Mapped[str] = mapped_column(Text)
    """The words of the detail, each between spaces; they narrow a query down ("Neustadt Sachsen")."""
    ended: Mapped[bool]
    weight: Mapped[float]
    sort_name: Mapped[str] = mapped_column(Ordered)
    digest: Mapped[str] = mapped_column(String(32))
    """Of all that was put in: the same again needs no writing."""


class SearchName(Base):
    """A name that a document is found by; the one at position 0 is its own."""

    __tablename__ = "search_name"
    __table_args__ = (Index("ix_search_name_joined", "joined"), Index("ix_search_name_head", "head"))

    document_id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    spaced: Mapped[str] = mapped_column(Ordered)
    """The name in the form that is compared, abbreviations in full, words separated by a space."""
    joined: Mapped[str] = mapped_column(Ordered)
    """The same without spaces: where a name is cut into words is written in many ways."""
    head: Mapped[str] = mapped_column(Ordered)
    """The same without the addition that tells it from others: "halle" for "Halle (Saale)"."""
    former: Mapped[bool]


class SearchPosting(Base):
    """A word or code that a document is found by."""

    __tablename__ = "search_posting"
    __table_args__ = (Index("ix_search_posting_document_id", "document_id", "word"), {"sqlite_with_rowid": False})

    word: Mapped[str] = mapped_column(Ordered, primary_key=True)
    document_id: Mapped[int] = mapped_column(primary_key=True)


class SearchWord(Base):
    """A word of the vocabulary, for typos and parts of compounds; words with digits are not in it.

    ``uses`` counts its postings. A word that nothing uses any more goes at once: it may be a person's name.
    """

    __tablename__ = "search_word"
    __table_args__ = (Index("ix_search_word_backwards", "backwards"), {"sqlite_with_rowid": False})

    word: Mapped[str] = mapped_column(Ordered, primary_key=True)
    backwards: Mapped[str] = mapped_column(Ordered)
    uses: Mapped[int]
