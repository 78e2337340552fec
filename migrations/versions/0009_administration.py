"""Topics, the legal pages and the feedback to them are kept by the administrators, who find users by name."""

import sqlalchemy as sa
from alembic import op

from kooperation.base.text import sort_key

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# The Themenfelder of the programme for the Onlinezugangsgesetz, and fields in which municipalities work together.
OZG = (
    "Arbeit & Ruhestand",
    "Bauen & Wohnen",
    "Bildung",
    "Ein- & Auswanderung",
    "Engagement & Hobby",
    "Familie & Kind",
    "Forschung & Förderung",
    "Gesundheit",
    "Mobilität & Reisen",
    "Querschnittsleistungen",
    "Recht & Ordnung",
    "Steuern & Zoll",
    "Umwelt",
    "Unternehmensführung & -entwicklung",
)
FIELDS = (
    "Digitalstrategie",
    "Digitale Verwaltungsabläufe",
    "Elektronische Akte",
    "IT-Betrieb und Infrastruktur",
    "Informationssicherheit",
    "Breitband und Mobilfunk",
    "Daten und Geodaten",
    "Künstliche Intelligenz",
    "Smarte Städte und Regionen",
    "Digitale Schule",
    "Bürgerbeteiligung",
    "Personal und Qualifizierung",
    "Beschaffung und Vergabe",
    "Energie und Klimaschutz",
    "Kultur und Tourismus",
)


def upgrade() -> None:
    topic = op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("folded", sa.String(length=250), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_topic"),
        sa.UniqueConstraint("folded", name="uq_topic_folded"),
    )
    names = [("ozg", name) for name in OZG] + [("field", name) for name in FIELDS]
    rows = [
        {"kind": kind, "name": name, "folded": sort_key(name), "position": place}
        for place, (kind, name) in enumerate(names, 1)
    ]
    op.bulk_insert(topic, rows)
    op.create_table(
        "legal_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("contact", sa.String(length=254), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_legal_page"),
        sa.UniqueConstraint("kind", name="uq_legal_page_kind"),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("page", sa.String(length=500), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_created_at", "feedback", ["created_at"], unique=False)
    with op.batch_alter_table("user_account") as batch:
        batch.add_column(sa.Column("sort_name", sa.String(length=250), nullable=False, server_default=""))
        batch.add_column(sa.Column("last_signed_in_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_index("ix_user_account_sort_name", ["sort_name", "id"], unique=False)
    _fill_users()
    with op.batch_alter_table("outgoing_mail") as batch:
        batch.add_column(sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_index("ix_outgoing_mail_created_at", ["created_at"], unique=False)
        batch.create_index("ix_outgoing_mail_failed_at", ["failed_at"], unique=False)


def _fill_users() -> None:
    """Names as they are sorted, and the last sign-in as far as it is known."""
    user = sa.table("user_account", sa.column("id"), sa.column("name"), sa.column("sort_name"))
    connection = op.get_bind()
    for number, name in connection.execute(sa.select(user.c.id, user.c.name)).all():
        connection.execute(sa.update(user).where(user.c.id == number).values(sort_name=sort_key(name)[:250]))
    op.execute(
        "UPDATE user_account SET last_signed_in_at ="
        " (SELECT max(created_at) FROM user_session WHERE user_session.user_id = user_account.id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("outgoing_mail") as batch:
        batch.drop_index("ix_outgoing_mail_failed_at")
        batch.drop_index("ix_outgoing_mail_created_at")
        batch.drop_column("given_up_at")
    with op.batch_alter_table("user_account") as batch:
        batch.drop_index("ix_user_account_sort_name")
        batch.drop_column("last_signed_in_at")
        batch.drop_column("sort_name")
    op.drop_index("ix_feedback_created_at", table_name="feedback")
    op.drop_table("feedback")
    op.drop_table("legal_page")
    op.drop_table("topic")
