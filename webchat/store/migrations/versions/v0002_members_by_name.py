"""Memberships know their member's folded display name: a page of ten thousand members is read, not sorted."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the name, fills it in, and puts it in an index of those who are members."""
    op.add_column("memberships", sa.Column("display_key", sa.Text, nullable=False, server_default=sa.text("''")))
    op.execute(
        'UPDATE memberships SET display_key = (SELECT display_key FROM users WHERE users.id = memberships."user")'
    )
    op.create_index(
        "ix_memberships_room_display_key_user",
        "memberships",
        ["room", "display_key", "user"],
        sqlite_where=sa.text("left_rev IS NULL"),
        postgresql_where=sa.text("left_rev IS NULL"),
    )
