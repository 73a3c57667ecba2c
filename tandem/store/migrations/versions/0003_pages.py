"""Forms that are filled in, and the one device that a page is open on."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """A page that was opened before is free for the next device that comes."""
    op.create_table(
        "forms",
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("submitted", sa.Boolean(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("call", "form"),
    )
    op.create_index(op.f("ix_forms_at"), "forms", ["at"], unique=False)
    op.add_column("outbox", sa.Column("device", sa.Text(), nullable=False, server_default=""))
