"""A municipality says about itself what the register does not know."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("website", sa.String(length=300), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_html", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("origin_id", sa.Integer(), nullable=True),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["entered_by_id"], ["municipality.id"], name="fk_profile_entered_by_id"),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name="fk_profile_municipality_id"),
        sa.ForeignKeyConstraint(["origin_id"], ["municipality.id"], name="fk_profile_origin_id"),
        sa.PrimaryKeyConstraint("id", name="pk_profile"),
        sa.UniqueConstraint("municipality_id", name="uq_profile_municipality_id"),
    )


def downgrade() -> None:
    op.drop_table("profile")
