"""The beginning: accounts, sessions, invitations, rooms, memberships, messages."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Makes every table of version 0.1."""
    op.create_table(
        "meta",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )
    op.create_table(
        "users",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("display_key", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("email_key", sa.Text),
        sa.Column("password_hash", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("disabled", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name_key", name="uq_users_name_key"),
        sa.UniqueConstraint("email_key", name="uq_users_email_key"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("user", _ID, nullable=False),
        sa.Column("token_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_sessions_user", ondelete="CASCADE"),
        sa.UniqueConstraint("token_sha256", name="uq_sessions_token_sha256"),
    )
    op.create_index("ix_sessions_user", "sessions", ["user"])
    op.create_table(
        "invites",
        sa.Column("id", _ID, nullable=False),
        sa.Column("code_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("creator", _ID, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("uses_left", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invites"),
        sa.ForeignKeyConstraint(["creator"], ["users.id"], name="fk_invites_creator", ondelete="CASCADE"),
        sa.UniqueConstraint("code_sha256", name="uq_invites_code_sha256"),
    )
    op.create_index("ix_invites_creator", "invites", ["creator"])
    op.create_table(
        "rooms",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("title_key", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("archived", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_rooms"),
    )
    op.create_index("ix_rooms_kind_title_key_id", "rooms", ["kind", "title_key", "id"])
    op.create_table(
        "memberships",
        sa.Column("room", _ID, nullable=False),
        sa.Column("user", _ID, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("read", sa.BigInteger, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("joined_rev", sa.BigInteger, nullable=False),
        sa.Column("left_rev", sa.BigInteger),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("room", "user", name="pk_memberships"),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name="fk_memberships_room", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_memberships_user", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_memberships_user", "memberships", ["user"])
    op.create_index("ix_memberships_room_rev", "memberships", ["room", "rev"])
    op.create_table(
        "messages",
        sa.Column("room", _ID, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("posted_rev", sa.BigInteger, nullable=False),
        sa.Column("author", _ID, nullable=False),
        sa.Column("nonce", sa.Text),
        sa.Column("body_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("edited", sa.BigInteger),
        sa.Column("deleted", sa.BigInteger),
        sa.PrimaryKeyConstraint("room", "seq", name="pk_messages"),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name="fk_messages_room", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["author"], ["users.id"], name="fk_messages_author"),
        sa.UniqueConstraint("room", "author", "nonce", name="uq_messages_room_author_nonce"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_messages_room_rev", "messages", ["room", "rev"])
