"""The outbox."""

from datetime import datetime

from sqlalchemy import JSON, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from kooperation.base.db import PERSONAL, Base, now


class OutgoingMail(Base):
    """A mail to one recipient: due, sent, or given up."""

    __tablename__ = "outgoing_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    """Fixed when it is written: a mail that has to be sent again is recognised by it."""
    recipient: Mapped[str] = mapped_column(String(254), info=PERSONAL)
    subject: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    text: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
    """Gone once the mail is sent: it may hold a link that lets somebody in."""
    headers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(index=True, default=now)
    """When it is due; None once it is sent or given up."""
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None] = mapped_column(index=True)
    given_up_at: Mapped[datetime | None]
    """When an administrator decided that it need not arrive; its text is gone with that."""
    last_error: Mapped[str | None] = mapped_column(String(500), info=PERSONAL)
    """What the server answered, which often repeats the address."""
    leaves_no_trace: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The last mail to an address that is no longer ours to keep: its row goes once it is sent or given up."""
