"""All tables of the hub, whichever module describes them."""

from sqlalchemy import MetaData

from wattprint.hub.storage import (
    account_tables,
    job_tables,
    note_tables,
    partial_indexes,
    registry_tables,
    schema,
)
from wattprint.hub.storage.metadata import METADATA

TABLES: MetaData = METADATA
"""What the migrations make and backups hold."""
_ = schema, account_tables, note_tables, registry_tables, job_tables, partial_indexes
"""Imported, they join it."""
