"""The log knows whose record was changed, so that a municipality finds what changed in what is its own."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("audit_entry") as batch:
        batch.add_column(sa.Column("keeper_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("is_own", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.create_index("ix_audit_entry_keeper", ["keeper_id", "at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("audit_entry") as batch:
        batch.drop_index("ix_audit_entry_keeper")
        batch.drop_column("is_own")
        batch.drop_column("keeper_id")
