"""The search: what can be found, by which names, words and codes, and the vocabulary that typos are measured by."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def ordered() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "search_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("sort_name", ordered(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_document"),
        sa.UniqueConstraint("kind", "subject_id", name="uq_search_document_kind_subject_id"),
    )
    op.create_table(
        "search_name",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("spaced", ordered(), nullable=False),
        sa.Column("joined", ordered(), nullable=False),
        sa.Column("head", ordered(), nullable=False),
        sa.Column("former", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "position", name="pk_search_name"),
    )
    op.create_index("ix_search_name_joined", "search_name", ["joined"], unique=False)
    op.create_index("ix_search_name_head", "search_name", ["head"], unique=False)
    op.create_table(
        "search_posting",
        sa.Column("word", ordered(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", "document_id", name="pk_search_posting"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_search_posting_document_id", "search_posting", ["document_id", "word"], unique=False)
    op.create_table(
        "search_word",
        sa.Column("word", ordered(), nullable=False),
        sa.Column("backwards", ordered(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_search_word"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_search_word_backwards", "search_word", ["backwards"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_search_word_backwards", table_name="search_word")
    op.drop_table("search_word")
    op.drop_index("ix_search_posting_document_id", table_name="search_posting")
    op.drop_table("search_posting")
    op.drop_index("ix_search_name_head", table_name="search_name")
    op.drop_index("ix_search_name_joined", table_name="search_name")
    op.drop_table("search_name")
    op.drop_table("search_document")
