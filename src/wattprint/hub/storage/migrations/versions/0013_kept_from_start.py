"""Every organisation has its row of retention from the start: what is read can be locked.

One that deleted nothing yet had none, so its first deletion waited for nobody.
"""

from alembic import op
from sqlalchemy import text

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the rows that are missing."""
    op.get_bind().execute(
        text(
            "INSERT INTO retention (org_id, intervals_until_ms, runs_until_ms) "
            "SELECT org_id, 0, 0 FROM organisations "
            "WHERE org_id NOT IN (SELECT org_id FROM retention)"
        )
    )


def downgrade() -> None:
    """Leave them: they say what no row said."""
