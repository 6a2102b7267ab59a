"""Accounts: passwords, links that were sent, log-ins at a provider; sessions say how they opened.

Written out, not taken from `account_tables.py`: that changes, and this step does not.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Text

revision = "0006"
down_revision = "0005"
_OF_SESSIONS = ("scopes", "opened_by", "browser")


def upgrade() -> None:
    """Make the tables. Sessions from before end: nothing says what opened them."""
    op.execute("DELETE FROM sessions")
    for name in _OF_SESSIONS:
        op.add_column("sessions", Column(name, Text, nullable=True))
    op.create_table(
        "passwords",
        _key("org_id"),
        _key("user_id"),
        _text("password_hash"),
        _whole("changed_at_ms"),
    )
    op.create_table(
        "sign_in_attempts",
        _key("org_id"),
        _key("subject"),
        _whole("since_ms"),
        _whole("attempts"),
    )
    op.create_table(
        "invitations",
        _key("org_id"),
        _key("invitation_id"),
        _text("user_id"),
        _text("role", nullable=True),
        _text("email", nullable=True),
        _text("secret_hash"),
        _text("made_by"),
        _whole("created_at_ms"),
        _whole("expires_at_ms"),
    )
    op.create_index("invitations_by_user", "invitations", ["org_id", "user_id"])
    op.create_table(
        "identities",
        _key("org_id"),
        _key("issuer"),
        _key("subject"),
        _text("user_id"),
        _text("admitted_by"),
        _whole("created_at_ms"),
    )
    op.create_index("identities_by_user", "identities", ["org_id", "user_id"])


def downgrade() -> None:
    """Drop them; sessions end, for those that a token opened would gain all rights."""
    for name in ("identities", "invitations", "sign_in_attempts", "passwords"):
        op.drop_table(name)
    op.execute("DELETE FROM sessions")
    for name in _OF_SESSIONS:
        op.drop_column("sessions", name)


def _key(name: str) -> "Column[str]":
    return Column(name, Text, primary_key=True)


def _text(name: str, *, nullable: bool = False) -> "Column[str]":
    return Column(name, Text, nullable=nullable)


def _whole(name: str) -> "Column[int]":
    return Column(name, BigInteger, nullable=False)
