"""The tables, alike on SQLite and PostgreSQL.  Times are ms since 1970; a folded text ends in `_key`."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite makes row ids only for a column that is exactly INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Count = sa.BigInteger()
Time = sa.BigInteger()

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_key", sa.Text, nullable=False, unique=True),
    sa.Column("display_name", sa.Text, nullable=False),
    sa.Column("display_key", sa.Text, nullable=False),
    sa.Column("email", sa.Text),
    sa.Column("email_key", sa.Text, unique=True),
    sa.Column("password_hash", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.Column("disabled", Time),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("user", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("token_sha256", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.Column("seen", Time, nullable=False),
    sa.Column("expires", Time),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
)

invites = sa.Table(
    "invites",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("code_sha256", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("creator", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("created", Time, nullable=False),
    sa.Column("expires", Time, nullable=False),
    sa.Column("uses_left", sa.Integer, nullable=False),
)

rooms = sa.Table(
    "rooms",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("title_key", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("seq", Count, nullable=False),
    sa.Column("rev", Count, nullable=False),
    # The rev of the latest change to this row itself: `rev` is the counter of the whole room.
    sa.Column("changed", Count, nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.Column("archived", Time),
    sa.Index("ix_rooms_kind_title_key_id", "kind", "title_key", "id"),
)

memberships = sa.Table(
    "memberships",
    metadata,
    sa.Column("room", Id, sa.ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("user", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("read", Count, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("joined_rev", Count, nullable=False),
    sa.Column("left_rev", Count),
    sa.Column("rev", Count, nullable=False),
    # The member's folded display name once more, so that a page of a big room's members is read, not sorted.
    sa.Column("display_key", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Index("ix_memberships_user", "user"),
    sa.Index("ix_memberships_room_rev", "room", "rev"),
    sa.Index(
        "ix_memberships_room_display_key_user",
        "room",
        "display_key",
        "user",
        sqlite_where=sa.text("left_rev IS NULL"),
        postgresql_where=sa.text("left_rev IS NULL"),
    ),
    sqlite_with_rowid=False,
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("room", Id, sa.ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", Count, primary_key=True),
    sa.Column("rev", Count, nullable=False),
    # The rev of the post itself, so that a repeated post gets the very same answer after an edit.
    sa.Column("posted_rev", Count, nullable=False),
    sa.Column("author", Id, sa.ForeignKey("users.id"), nullable=False),
    sa.Column("nonce", sa.Text),
    # SHA-256 of what was first posted: what "the same body" means, also after an edit.
    sa.Column("body_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.Column("edited", Time),
    sa.Column("deleted", Time),
    sa.Index("ix_messages_room_rev", "room", "rev"),
    sa.UniqueConstraint("room", "author", "nonce"),
    sqlite_with_rowid=False,
)
