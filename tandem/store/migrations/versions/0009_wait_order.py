"""Waits know the priority and the boost that they had, so that a day can be tried again."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """What waited before is taken to have had neither."""
    op.add_column("waits", sa.Column("priority", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("waits", sa.Column("boost", sa.Double(), nullable=False, server_default="0"))
