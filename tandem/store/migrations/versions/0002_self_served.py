"""Contacts that helped themselves while they waited; waits whose age comes from the queue before."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """There were none of either before."""
    op.add_column("intervals", sa.Column("self_served", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("waits", sa.Column("since", sa.Double(), nullable=False, server_default="0"))
    op.execute("UPDATE waits SET since = enqueued_at")
