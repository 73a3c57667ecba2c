"""Agents: pauses with their own clocks, and what was ordered for them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Nothing of it was kept before."""
    op.create_table(
        "agent_pauses",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("began_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "began_at"),
    )
    op.create_index(op.f("ix_agent_pauses_began_at"), "agent_pauses", ["began_at"], unique=False)
    op.create_table(
        "agent_orders",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "at", "what"),
    )
    op.create_index(op.f("ix_agent_orders_at"), "agent_orders", ["at"], unique=False)
