"""What agents and supervisors do: dials, dispositions, monitorings, orders; and the direction of contacts."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Nobody could dial before: all contacts so far came in."""
    op.add_column("contacts", sa.Column("direction", sa.Text(), nullable=False, server_default="inbound"))
    op.create_table(
        "monitorings",
        sa.Column("monitoring", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("began_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("monitoring", "number"),
    )
    op.create_index(op.f("ix_monitorings_call"), "monitorings", ["call"], unique=False)
    op.create_index(op.f("ix_monitorings_began_at"), "monitorings", ["began_at"], unique=False)
    op.create_table(
        "contact_orders",
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("call", "at", "what"),
    )
    op.create_index(op.f("ix_contact_orders_at"), "contact_orders", ["at"], unique=False)
    op.create_table(
        "dispositions",
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("call", "agent"),
    )
    op.create_index(op.f("ix_dispositions_at"), "dispositions", ["at"], unique=False)
    op.create_table(
        "dials",
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Double(), nullable=False),
        sa.Column("dialled_at", sa.Double(), nullable=True),
        sa.Column("answered_at", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("talk_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("call"),
    )
    op.create_index(op.f("ix_dials_asked_at"), "dials", ["asked_at"], unique=False)
