"""Waits know how long they were expected to be, so that estimates can be held against what happened."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Of the waits before, no estimate was kept."""
    for column in ("estimated", "earliest", "latest"):
        op.add_column("waits", sa.Column(column, sa.Double(), nullable=True))
