"""Sessions of browsers.

Written out, not taken from `account_tables.py`: that changes, and this step does not.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sessions",
        Column("org_id", Text, primary_key=True),
        Column("session_id", Text, primary_key=True),
        Column("user_id", Text, nullable=False),
        Column("secret_hash", Text, nullable=False),
        Column("created_at_ms", BigInteger, nullable=False),
        Column("expires_at_ms", BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("sessions")
