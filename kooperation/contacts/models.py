"""What a municipality says about itself."""

from datetime import datetime

from markupsafe import Markup
from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kooperation.accounts.models import EnteredFor
from kooperation.base.db import Base, now
from kooperation.contacts import rules
from kooperation.parties.models import Municipality


class Profile(EnteredFor, Base):
    """The entry of a municipality: how it is reached, and a few words about itself. Public."""

    __tablename__ = "profile"

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"), unique=True)
    website: Mapped[str | None] = mapped_column(String(300))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text, default="")
    text_html: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    """How often it was changed: whoever opened an older one is told before saving."""
    changed_at: Mapped[datetime] = mapped_column(default=now)
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))
    """The dissolved municipality whose entry this was at first."""

    municipality: Mapped[Municipality] = relationship(foreign_keys=[municipality_id])
    origin: Mapped[Municipality | None] = relationship(foreign_keys=[origin_id])

    @property
    def html(self) -> Markup:
        """The text as it may be shown."""
        return Markup(self.text_html)  # nosec B704 (made by base/html when it was stored)

    @property
    def website_label(self) -> str:
        """The address of the website as people say it."""
        return rules.website_label(self.website or "")

    @property
    def dialled(self) -> str | None:
        """What is dialled for the telephone number."""
        return rules.dialled(self.phone or "")

    @property
    def gaps(self) -> list[str]:
        """What the entry does not say, by its labels."""
        return [label for name, label in rules.FIELDS.items() if not getattr(self, name)]
