"""Chats: what is counted of talks, and files."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Messages of before had no files; talks of before were not counted."""
    for name in ("file", "file_name", "file_kind"):
        op.add_column("messages", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("messages", sa.Column("file_size", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "chat_talks",
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("enqueued_at", sa.Double(), nullable=False),
        sa.Column("connected_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("first_response_at", sa.Double(), nullable=True),
        sa.Column("customer_messages", sa.BigInteger(), nullable=False),
        sa.Column("agent_messages", sa.BigInteger(), nullable=False),
        sa.Column("responses", sa.BigInteger(), nullable=False),
        sa.Column("response_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("call", "number"),
    )
    op.create_index(op.f("ix_chat_talks_agent"), "chat_talks", ["agent"], unique=False)
    op.create_index(op.f("ix_chat_talks_connected_at"), "chat_talks", ["connected_at"], unique=False)
    op.create_table(
        "chat_files",
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("call", "file"),
    )
    op.create_index(op.f("ix_chat_files_file"), "chat_files", ["file"], unique=False)
    op.create_index(op.f("ix_chat_files_at"), "chat_files", ["at"], unique=False)
