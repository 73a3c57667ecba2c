"""When conditions of queues' plans began to hold and ended."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Nothing was recorded of them before."""
    op.create_table(
        "queue_steps",
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("step", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("queue", "at", "step", "in_force"),
    )
    op.create_index(op.f("ix_queue_steps_at"), "queue_steps", ["at"], unique=False)
