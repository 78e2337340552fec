"""What is stored about telling users by mail."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kooperation.base.db import Base, choice
from kooperation.cockpit.rules import DEFAULT_RHYTHM, Rhythm


class DigestSetting(Base):
    """How often a user is told by mail what happened, and of what not; without a row as if all were at its default."""

    __tablename__ = "digest_setting"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    rhythm: Mapped[Rhythm] = mapped_column(choice(Rhythm), default=DEFAULT_RHYTHM)
    without: Mapped[list[str]] = mapped_column(JSON, default=list)
    """The kinds of news that the user does not want."""
    told_until: Mapped[datetime | None]
    """Until when the user was told everything, or there was nothing to tell."""
