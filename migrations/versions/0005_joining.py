"""People ask to be let in at a municipality, and members of a dissolved one choose where they go on."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "join_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint("role IN (1, 2, 3)", name="ck_join_request_role"),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name="fk_join_request_municipality_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_join_request_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_join_request"),
    )
    op.create_index("ix_join_request_municipality_state", "join_request", ["municipality_id", "state"], unique=False)
    op.create_index(
        "uq_join_request_open",
        "join_request",
        ["user_id", "municipality_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "inheritance",
        sa.Column("dissolved_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dissolved_id"], ["municipality.id"], name="fk_inheritance_dissolved_id"),
        sa.ForeignKeyConstraint(["successor_id"], ["municipality.id"], name="fk_inheritance_successor_id"),
        sa.PrimaryKeyConstraint("dissolved_id", "successor_id", name="pk_inheritance"),
    )
    op.create_index("ix_inheritance_successor_id", "inheritance", ["successor_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_inheritance_successor_id", table_name="inheritance")
    op.drop_table("inheritance")
    op.drop_index(
        "uq_join_request_open",
        table_name="join_request",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index("ix_join_request_municipality_state", table_name="join_request")
    op.drop_table("join_request")
