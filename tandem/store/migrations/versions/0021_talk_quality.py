"""How each talk was heard."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Of talks of before nothing is known."""
    op.create_table(
        "talk_qualities",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("codec", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("received", "lost", "sent", "lost_there")),
        *(sa.Column(name, sa.Double(), nullable=False) for name in ("loss", "jitter", "round_trip", "score")),
        sa.PrimaryKeyConstraint("channel", "agent"),
    )
    op.create_index(op.f("ix_talk_qualities_at"), "talk_qualities", ["at"], unique=False)
