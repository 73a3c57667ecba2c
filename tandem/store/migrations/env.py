"""Run by Alembic for `tandem.store.database.upgrade`, which hands in its connection."""

from alembic import context

from tandem.store.models import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, transactional_ddl=True
)
context.run_migrations()
