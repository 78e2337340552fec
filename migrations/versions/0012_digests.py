"""Users choose how often they are told by mail, and of what not."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digest_setting",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("rhythm", sa.String(length=40), nullable=False),
        sa.Column("without", sa.JSON(), nullable=False),
        sa.Column("told_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_digest_setting_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name="pk_digest_setting"),
    )


def downgrade() -> None:
    op.drop_table("digest_setting")
