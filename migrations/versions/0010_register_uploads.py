"""Register files are uploaded, planned and applied from a page."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "register_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run", sa.String(length=40), nullable=True),
        sa.Column("message", sa.String(length=500), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=True),
        sa.Column("plan", sa.JSON(), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("change_file_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["user_account.id"], name="fk_register_upload_uploaded_by_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name="fk_register_upload_decided_by_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name="fk_register_upload_edition_id"),
        sa.ForeignKeyConstraint(["change_file_id"], ["change_file.id"], name="fk_register_upload_change_file_id"),
        sa.PrimaryKeyConstraint("id", name="pk_register_upload"),
    )
    op.create_index("ix_register_upload_state", "register_upload", ["state"], unique=False)
    op.create_table(
        "register_upload_row",
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["register_upload.id"], name="fk_register_upload_row_upload_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", "section", "position", name="pk_register_upload_row"),
    )


def downgrade() -> None:
    op.drop_table("register_upload_row")
    op.drop_index("ix_register_upload_state", table_name="register_upload")
    op.drop_table("register_upload")
