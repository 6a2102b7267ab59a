"""Tables of people who use the pages: their sessions."""

from sqlalchemy import BigInteger, Column, Table, Text

from wattprint.hub.storage.metadata import METADATA

sessions = Table(
    "sessions",
    METADATA,
    Column("org_id", Text, primary_key=True),
    Column("session_id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
)
"""One for each browser that is signed in; a row that is gone is a session that has ended."""
