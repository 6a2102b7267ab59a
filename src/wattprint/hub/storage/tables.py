"""All tables of the hub, whichever module describes them."""

from sqlalchemy import MetaData

from wattprint.hub.storage import account_tables, registry_tables, schema

TABLES: MetaData = schema.METADATA
"""What the migrations make and backups hold."""
_ = account_tables, registry_tables  # imported, they join it
