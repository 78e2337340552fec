"""People are invited by mail, confirm the address they register with, and choose the language of their mails."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
