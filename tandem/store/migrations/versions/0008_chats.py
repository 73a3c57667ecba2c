"""Chats: a contact has a channel; what was written."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """All contacts before were calls."""
    op.add_column("contacts", sa.Column("channel", sa.Text(), nullable=False, server_default="voice"))
    op.create_table(
        "messages",
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("call", "number"),
    )
    op.create_index(op.f("ix_messages_at"), "messages", ["at"], unique=False)
