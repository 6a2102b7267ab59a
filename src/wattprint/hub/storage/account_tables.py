"""Tables of people who use the pages: sessions, passwords, links that were sent, other log-ins."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

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
    Column("scopes", Text, nullable=True),
    Column("opened_by", Text, nullable=True),
    Column("browser", Text, nullable=True),
)
"""One for each browser that is signed in; a row that is gone is a session that has ended. `scopes`
are those of the token it was opened by, null for all; `opened_by` is that token's id, 'password',
'link' or 'provider'."""

passwords = Table(
    "passwords",
    METADATA,
    Column("org_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("changed_at_ms", BigInteger, nullable=False),
)
"""Argon2id of passwords, with its parameters in the text."""

sign_in_attempts = Table(
    "sign_in_attempts",
    METADATA,
    Column("org_id", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("since_ms", BigInteger, nullable=False),
    Column("attempts", BigInteger, nullable=False),
)
"""How often an account, or an address, was tried since a moment; `subject` is a keyed hash of it.
Addresses are of no tenant: their `org_id` is '-', which no organisation can have."""

invitations = Table(
    "invitations",
    METADATA,
    Column("org_id", Text, primary_key=True),
    Column("invitation_id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("role", Text, nullable=True),
    Column("email", Text, nullable=True),
    Column("secret_hash", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    Index("invitations_by_user", "org_id", "user_id"),
)
"""Links that let somebody in once; a row that is gone was used or withdrawn. `role` is null where
the user is a member already, and sets a new password."""

identities = Table(
    "identities",
    METADATA,
    Column("org_id", Text, primary_key=True),
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("admitted_by", Text, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Index("identities_by_user", "org_id", "user_id"),
)
"""Who of an OIDC provider is which user. `admitted_by` is 'invitation', 'claim', 'domain', or
'removed' for somebody whom an admin has removed: only an invitation lets those in again."""
