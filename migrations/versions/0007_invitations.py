"""People are invited by mail, confirm the address they register with, and choose the language of their mails."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("user_account") as batch:
        batch.add_column(sa.Column("email_confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("mail_language", sa.String(length=40), nullable=False, server_default="de"))
    # Whoever is there already was let in by somebody, and goes on.
    op.execute("UPDATE user_account SET email_confirmed_at = created_at")
    with op.batch_alter_table("user_account") as batch:
        batch.alter_column("email_confirmed_at", existing_type=sa.DateTime(timezone=True), nullable=False)
    with op.batch_alter_table("mail_token") as batch:
        batch.add_column(sa.Column("address", sa.String(length=254), nullable=True))
    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN (1, 2, 3)", name="ck_registration_role"),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name="fk_registration_municipality_id"),
        sa.PrimaryKeyConstraint("id", name="pk_registration"),
        sa.UniqueConstraint("token_hash", name="uq_registration_token_hash"),
    )
    op.create_index("ix_registration_address", "registration", ["address"], unique=False)
    op.create_index("ix_registration_municipality_id", "registration", ["municipality_id"], unique=False)
    op.create_index("ix_registration_expires_at", "registration", ["expires_at"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.Integer(), nullable=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times_sent", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN (1, 2, 3)", name="ck_invitation_role"),
        sa.CheckConstraint("(municipality_id IS NULL) = (role IS NULL)", name="ck_invitation_role_somewhere"),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["user_account.id"], name="fk_invitation_invited_by_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name="fk_invitation_municipality_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("token_hash", name="uq_invitation_token_hash"),
    )
    op.create_index("ix_invitation_municipality_state", "invitation", ["municipality_id", "state"], unique=False)
    op.create_index("ix_invitation_invited_by_id", "invitation", ["invited_by_id"], unique=False)
    op.create_index(
        "uq_invitation_open",
        "invitation",
        ["address", "municipality_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_invitation_open",
        table_name="invitation",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index("ix_invitation_invited_by_id", table_name="invitation")
    op.drop_index("ix_invitation_municipality_state", table_name="invitation")
    op.drop_table("invitation")
    op.drop_index("ix_registration_expires_at", table_name="registration")
    op.drop_index("ix_registration_municipality_id", table_name="registration")
    op.drop_index("ix_registration_address", table_name="registration")
    op.drop_table("registration")
    with op.batch_alter_table("mail_token") as batch:
        batch.drop_column("address")
    with op.batch_alter_table("user_account") as batch:
        batch.drop_column("mail_language")
        batch.drop_column("email_confirmed_at")
