"""How Alembic runs a step: on the connection, and in the transaction, that it is given."""

from alembic import context

from wattprint.hub.storage.tables import TABLES

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=TABLES,
    transactional_ddl=True,  # SQLite too: sqlite3 leaves transactions to us
)
context.run_migrations()
