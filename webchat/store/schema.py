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
# Compared sign by sign, whatever the database's language: what a range of an index needs.
Bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_EMPTY = sa.text("''")

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
    sa.Column("about", sa.Text, nullable=False, server_default=_EMPTY),
    # The name of the picture's files; a new picture gets a new name.
    sa.Column("avatar", sa.Text),
    sa.Column("locale", sa.Text),
    # What she wants others to see of her presence: auto, away, busy, invisible.
    sa.Column("status", sa.Text, nullable=False, server_default=sa.text("'auto'")),
    # When she was last on line.
    sa.Column("seen", Time),
    # Until when she may not post anywhere.
    sa.Column("silenced", Time),
    # The account was given up: its row stays, without a person behind it, for what she wrote.
    sa.Column("deleted", Time),
    sa.Index("ix_users_display_key_id", "display_key", "id"),
)

# Every end of every folded name ("anna": "anna", "nna", "na", "a"), so that finding people by any part of a name is
# the reading of a stretch of an index, however many people there are.
name_parts = sa.Table(
    "name_parts",
    metadata,
    sa.Column("part", Bytewise, primary_key=True),
    sa.Column("user", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Index("ix_name_parts_user", "user"),
    sqlite_with_rowid=False,
)

# Settings that follow a person from device to device; the server knows only their names.
preferences = sa.Table(
    "preferences",
    metadata,
    sa.Column("user", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

# Two people who know each other, or one of whom has asked: one row, the lower id first.
contacts = sa.Table(
    "contacts",
    metadata,
    sa.Column("low", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("high", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("asker", Id, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.Column("accepted", Time),
    sa.Index("ix_contacts_high", "high"),
    sqlite_with_rowid=False,
)

blocks = sa.Table(
    "blocks",
    metadata,
    sa.Column("user", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("other", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("created", Time, nullable=False),
    sa.Index("ix_blocks_other", "other"),
    sqlite_with_rowid=False,
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
    # The room it leads into; none: it is for the server alone.
    sa.Column("room", Id, sa.ForeignKey("rooms.id", ondelete="CASCADE"), index=True),
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
    sa.Column("picture", sa.Text),
    # Who may post, and who may invite: all, moderators.
    sa.Column("posting", sa.Text, nullable=False, server_default=sa.text("'all'")),
    sa.Column("inviting", sa.Text, nullable=False, server_default=sa.text("'all'")),
    # Seconds that somebody has to wait between two posts.
    sa.Column("slow", sa.Integer, nullable=False, server_default=sa.text("0")),
    # Whose direct conversation it is: their ids, rising, with commas; there is one for each set of people.
    sa.Column("direct_key", sa.Text),
    # It is gone for everybody; what was said in it is removed bit by bit.
    sa.Column("deleted", Time),
    sa.Index("ix_rooms_kind_title_key_id", "kind", "title_key", "id"),
    sa.Index("ix_rooms_direct_key", "direct_key", unique=True),
)

bans = sa.Table(
    "bans",
    metadata,
    sa.Column("room", Id, sa.ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("user", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("moderator", Id, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("created", Time, nullable=False),
    # None: for good.
    sa.Column("until", Time),
    sqlite_with_rowid=False,
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
    sa.Column("display_key", sa.Text, nullable=False, server_default=_EMPTY),
    # Until when she does not want to be notified; until when she may not post; when she last posted, where that counts;
    # when she began to write something that is not sent yet; who brought her in.
    sa.Column("muted", Time),
    sa.Column("silenced", Time),
    sa.Column("posted", Time, nullable=False, server_default=sa.text("0")),
    sa.Column("draft", Time),
    sa.Column("invited_by", Id),
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

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("reporter", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    # What it is about: a message of a room, or a person.
    sa.Column("room", Id, sa.ForeignKey("rooms.id", ondelete="CASCADE"), index=True),
    sa.Column("seq", Count),
    sa.Column("user", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.Column("closed", Time),
    sa.Column("closed_by", Id),
    sa.Column("outcome", sa.Text),
    sa.Index("ix_reports_closed_id", "closed", "id"),
)

announcements = sa.Table(
    "announcements",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("link", sa.Text),
    sa.Column("creator", Id, nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.Column("changed", Time, nullable=False),
    sa.Column("ended", Time),
)

dismissals = sa.Table(
    "dismissals",
    metadata,
    sa.Column("user", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("announcement", Id, sa.ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

# What was done by whoever has power over others.  It names people by id and keeps no text of theirs.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("created", Time, nullable=False),
    # None: the operator, at the machine itself.
    sa.Column("actor", Id),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("room", Id),
    sa.Column("user", Id),
    # JSON: what else there is to know.
    sa.Column("details", sa.Text, nullable=False, server_default=_EMPTY),
    sa.Index("ix_audit_room_id", "room", "id"),
    sa.Index("ix_audit_user_id", "user", "id"),
)
