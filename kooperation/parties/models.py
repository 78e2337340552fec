"""What is stored about parties: the shared row, and the municipality of the official register."""

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from kooperation.base.db import Base, choice
from kooperation.base.text import slug, sort_key
from kooperation.parties.rules import Level, TopicKind, is_demo


class Party(Base):
    """Whoever can take part in a cooperation (W3C org:Organization, foaf:Agent).

    What a list shows of a party stands in this row, so that a list needs no second statement.
    """

    __tablename__ = "party"
    __table_args__: Any = (
        UniqueConstraint("level", "key"),
        # Lists are read in this order, of one level or of all.
        Index("ix_party_level_sort_name", "level", "sort_name", "id", "dissolved_on"),
        Index("ix_party_sort_name", "sort_name", "id", "dissolved_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    display_name: Mapped[str] = mapped_column(String(200))
    sort_name: Mapped[str] = mapped_column(String(200))
    level: Mapped[Level | None] = mapped_column(choice(Level))
    key: Mapped[str | None] = mapped_column(String(9), index=True)
    dissolved_on: Mapped[date | None]

    __mapper_args__: dict[str, Any] = {"polymorphic_on": "kind", "polymorphic_identity": "party"}  # noqa: RUF012


class Municipality(Party):
    """A unit of the official register: one body, one row, identified by level and key.

    Population, area and coordinates of the levels above the Gemeinde are derived from its Gemeinden.
    ``land_id``, ``bezirk_id`` (Regierungsbezirk), ``district_id`` and ``association_id`` repeat what the parents
    say, so that a list over a Land, a Landkreis or a Gemeindeverband is one indexed condition, and the way up is
    one statement; each is the row itself on its own level.
    """

    __tablename__ = "municipality"
    __table_args__: Any = (CheckConstraint("population >= 0", name="population"),)
    __mapper_args__: dict[str, Any] = {"polymorphic_identity": "municipality"}  # noqa: RUF012

    id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True)
    official_name: Mapped[str] = mapped_column(String(200))
    ars: Mapped[str] = mapped_column(String(12), index=True)
    text_code: Mapped[str | None] = mapped_column(String(2))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"), index=True)
    land_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"), index=True)
    bezirk_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"), index=True)
    association_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"), index=True)
    area_km2: Mapped[float | None]
    population: Mapped[int | None] = mapped_column(index=True)
    population_male: Mapped[int | None]
    population_date: Mapped[date | None]
    postal_code: Mapped[str | None] = mapped_column(String(5), index=True)
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    travel_region: Mapped[str | None] = mapped_column(String(100))
    urbanisation: Mapped[str | None] = mapped_column(String(60))
    seat: Mapped[str | None] = mapped_column(String(100))
    inhabited: Mapped[bool] = mapped_column(default=True)
    is_contract: Mapped[bool] = mapped_column(default=False)
    fulfilling_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))

    @property
    def slug(self) -> str:
        """The readable part of the address of the municipality's page, behind its key."""
        return slug(self.display_name)

    @property
    def is_demo(self) -> bool:
        """Whether it belongs to the invented demonstration region."""
        return is_demo(self.key or "")


class Term(Base):
    """A word of a vocabulary that administrators extend; it is offered until it is retired, and kept where it is used.

    A vocabulary inherits this and adds what else its words say.
    """

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    folded: Mapped[str] = mapped_column(String(250), unique=True)
    """The name as it is compared: two words that differ in spelling alone are one."""
    position: Mapped[int]
    retired_at: Mapped[datetime | None]

    @validates("name")
    def _follow_name(self, _key: str, name: str) -> str:
        self.folded = sort_key(name)[:250]
        return name


class Topic(Term):
    """What posts, cooperations and stakeholders are about."""

    __tablename__ = "topic"

    kind: Mapped[TopicKind] = mapped_column(choice(TopicKind))


party_table = cast(Table, Party.__table__)
municipality_table = cast(Table, Municipality.__table__)
body_join = party_table.join(municipality_table, municipality_table.c.id == party_table.c.id)
"""A municipality's two rows as one, for statements that read columns and no objects."""
