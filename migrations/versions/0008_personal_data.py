"""The log is found by who, what, whose and when without reading it whole; a mail may leave nothing behind."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NEW = {
    "ix_audit_entry_at": ["at", "id", "event", "actor_id", "keeper_id"],
    "ix_audit_entry_event": ["event", "at", "id", "actor_id", "keeper_id"],
    "ix_audit_entry_actor": ["actor_id", "at", "id", "event", "keeper_id", "actor_name"],
    "ix_audit_entry_keeper": ["keeper_id", "at", "id", "event", "actor_id", "is_own", "subject_kind"],
    "ix_audit_entry_subject": ["subject_kind", "subject_id", "at", "id"],
}
OLD = {
    "ix_audit_entry_at": ["at"],
    "ix_audit_entry_actor_id": ["actor_id"],
    "ix_audit_entry_keeper": ["keeper_id", "at"],
    "ix_audit_entry_subject": ["subject_kind", "subject_id", "at"],
}


def upgrade() -> None:
    _index(OLD, NEW)
    with op.batch_alter_table("outgoing_mail") as batch:
        batch.add_column(sa.Column("leaves_no_trace", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("outgoing_mail") as batch:
        batch.drop_column("leaves_no_trace")
    _index(NEW, OLD)


def _index(gone: dict[str, list[str]], instead: dict[str, list[str]]) -> None:
    for name in gone:
        op.drop_index(name, table_name="audit_entry")
    for name, columns in instead.items():
        op.create_index(name, "audit_entry", columns, unique=False)
