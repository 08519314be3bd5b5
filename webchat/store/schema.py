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
    # Since when those who run the server show her to everybody as somebody to know.
    sa.Column("featured", Time, index=True),
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
    # What a token may be used for, in words with blanks; none: for everything.
    sa.Column("scopes", sa.Text),
)

# A browser that speaks one of the old dialects has a cookie, drawn once; this is who signed in there last.
devices = sa.Table(
    "devices",
    metadata,
    sa.Column("cookie_sha256", sa.LargeBinary(32), primary_key=True),
    sa.Column("session", Id, sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    sqlite_with_rowid=False,
)

# Accounts behind which is a program.
bots = sa.Table(
    "bots",
    metadata,
    sa.Column("user", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    # Who answers for it; none: the server itself.
    sa.Column("owner", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), index=True),
    sa.Column("created", Time, nullable=False),
    # Since when it is disabled by its owner's doing, who may start it again; none: it is not, or others did it.
    sa.Column("stopped", Time),
    sqlite_with_rowid=False,
)

# Other programs' ways into a room (kind `in`), and a room's ways out to them (kind `out`).
hooks = sa.Table(
    "hooks",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("room", Id, sa.ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False, index=True),
    # As whom it speaks.
    sa.Column("bot", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("creator", Id, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("created", Time, nullable=False),
    # In: what its URL ends with.
    sa.Column("token_sha256", sa.LargeBinary(32), unique=True),
    # Out: where to, the key of its signatures, and what is told, in words with blanks.
    sa.Column("url", sa.Text),
    sa.Column("secret", sa.Text),
    sa.Column("events", sa.Text, nullable=False, server_default=_EMPTY),
    # Messages only that begin with it; and up to which rev of the room it has been made jobs of.
    sa.Column("word", sa.Text, nullable=False, server_default=_EMPTY),
    sa.Column("told", Count, nullable=False, server_default=sa.text("0")),
    # When it last did what it is for; what went wrong since, how often, and since when it rests because of that.
    sa.Column("used", Time),
    sa.Column("failures", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("failure", sa.Text),
    sa.Column("disabled", Time),
)

# Slash commands that bots have registered.
commands = sa.Table(
    "commands",
    metadata,
    sa.Column("id", Id, primary_key=True),
    # Without the slash, folded.
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("bot", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    # What may follow, such as "[city]", and what it does.
    sa.Column("hint", sa.Text, nullable=False, server_default=_EMPTY),
    sa.Column("description", sa.Text, nullable=False, server_default=_EMPTY),
    # Where it is told; none: to the bot's connections.
    sa.Column("url", sa.Text),
    sa.Column("secret", sa.Text),
    sa.Column("created", Time, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("failure", sa.Text),
    sa.Column("disabled", Time),
)

# What the robot was asked to say to somebody, where, and when.
reminders = sa.Table(
    "reminders",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("user", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("room", Id, sa.ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("locale", sa.Text, nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.Column("due", Time, nullable=False, index=True),
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
    # Who may mention everybody.
    sa.Column("mentioning", sa.Text, nullable=False, server_default=sa.text("'moderators'")),
    # Days after which what was said is removed: none, as the server says; 0, never.
    sa.Column("retention", sa.Integer),
    # Messages up to this number are gone; whoever holds a rev below the other cannot be brought up to date.
    sa.Column("floor", Count, nullable=False, server_default=sa.text("0")),
    sa.Column("floor_rev", Count, nullable=False, server_default=sa.text("0")),
    # Which room of which server it was copied from, so that it is copied once.
    sa.Column("origin", sa.Text),
    sa.Index("ix_rooms_origin", "origin", unique=True),
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
    # From which message on she wants to be reminded that it is unread, though she has seen it.
    sa.Column("unread_from", Count),
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
    # Which message of the room it answers; and the one that began the thread it belongs to.
    sa.Column("reply", Count),
    sa.Column("thread", Count),
    # Of a message that began a thread: how many belong to it, and when the last one was posted.
    sa.Column("replies", Count, nullable=False, server_default=sa.text("0")),
    sa.Column("last_reply", Time),
    sa.Column("pinned", Time),
    # JSON: what else is shown with it (see model/extras.py).  Nothing is looked for in it.
    sa.Column("extras", sa.Text),
    # The rev of the last change of its words, edit or deletion, and of the last one of its reactions.
    sa.Column("said_rev", Count),
    sa.Column("reacted_rev", Count),
    sa.Index("ix_messages_room_rev", "room", "rev"),
    sa.Index(
        "ix_messages_room_thread_seq",
        "room",
        "thread",
        "seq",
        sqlite_where=sa.text("thread IS NOT NULL"),
        postgresql_where=sa.text("thread IS NOT NULL"),
    ),
    # The threads of a room, by when the last message was added to them.
    sa.Index(
        "ix_messages_room_last_reply_seq",
        "room",
        "last_reply",
        "seq",
        sqlite_where=sa.text("last_reply IS NOT NULL"),
        postgresql_where=sa.text("last_reply IS NOT NULL"),
    ),
    sa.Index(
        "ix_messages_room_pinned",
        "room",
        "pinned",
        sqlite_where=sa.text("pinned IS NOT NULL"),
        postgresql_where=sa.text("pinned IS NOT NULL"),
    ),
    sa.UniqueConstraint("room", "author", "nonce"),
    sqlite_with_rowid=False,
)

# What a message said before it was edited.
revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("room", Id, sa.ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", Count, primary_key=True),
    sa.Column("rev", Count, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    # Since when it said so.
    sa.Column("written", Time, nullable=False),
    sqlite_with_rowid=False,
)

reactions = sa.Table(
    "reactions",
    metadata,
    sa.Column("room", Id, sa.ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", Count, primary_key=True),
    sa.Column("emoji", sa.Text, primary_key=True),
    sa.Column("user", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("created", Time, nullable=False),
    sa.Index("ix_reactions_user", "user"),
    sqlite_with_rowid=False,
)

# Who is meant by a message; user 0: every member of the room.
mentions = sa.Table(
    "mentions",
    metadata,
    sa.Column("user", Id, primary_key=True),
    sa.Column("room", Id, sa.ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", Count, primary_key=True),
    sa.Column("created", Time, nullable=False),
    sa.Index("ix_mentions_room_seq", "room", "seq"),
    sa.Index("ix_mentions_user_created", "user", "created"),
    sqlite_with_rowid=False,
)

# Files that were brought: first to a room, then, as number `place`, to a message of it.
uploads = sa.Table(
    "uploads",
    metadata,
    # Not to be guessed.
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    sa.Column("room", Id, sa.ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False),
    sa.Column("seq", Count),
    sa.Column("place", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("mime", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("size", Count, nullable=False),
    sa.Column("width", sa.Integer),
    sa.Column("height", sa.Integer),
    # ms
    sa.Column("duration", sa.Integer),
    # A few colours to show until the picture is there.
    sa.Column("placeholder", sa.Text),
    # 1: there is a small picture of it.
    sa.Column("thumb", sa.Integer, nullable=False, server_default=sa.text("0")),
    # Of the content, which is stored once however often it was brought.
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.Index("ix_uploads_owner_created", "owner", "created"),
    sa.Index("ix_uploads_room_seq", "room", "seq"),
    sa.Index("ix_uploads_sha256", "sha256"),
    sa.Index(
        "ix_uploads_created_unattached",
        "created",
        sqlite_where=sa.text("seq IS NULL"),
        postgresql_where=sa.text("seq IS NULL"),
    ),
)

# What leaves the house, once each, and until it has: tried again when it is due.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    # For whom or where: the id of a subscription, of a hook, of a room.  Those of one target go in order.
    sa.Column("target", Id, nullable=False),
    # JSON.
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.Column("due", Time, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Index("ix_outbox_kind_due_id", "kind", "due", "id"),
    sa.Index("ix_outbox_kind_target", "kind", "target"),
)

# Devices that are told through their browser's push service (RFC 8030).
push_subscriptions = sa.Table(
    "push_subscriptions",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("user", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("session", Id, sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("endpoint", sa.Text, nullable=False, unique=True),
    # Base64url, as the browser gives them (RFC 8291).
    sa.Column("p256dh", sa.Text, nullable=False),
    sa.Column("auth", sa.Text, nullable=False),
    sa.Column("created", Time, nullable=False),
)

# What other sites say of their pages, kept for a while.
previews = sa.Table(
    "previews",
    metadata,
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("fetched", Time, nullable=False, index=True),
    # JSON; none: there is nothing to show.
    sa.Column("card", sa.Text),
)

# Which messages can be searched for; the numbers rise with the time of posting.  What is looked through for their words
# is a table of its own of each engine's kind, `search_words` (see search.py), whose rows go with these.
search_docs = sa.Table(
    "search_docs",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("room", Id, nullable=False),
    sa.Column("seq", Count, nullable=False),
    sa.ForeignKeyConstraint(["room", "seq"], ["messages.room", "messages.seq"], ondelete="CASCADE"),
    sa.Index("ix_search_docs_room_seq", "room", "seq", unique=True),
)

# Up to which rev of a room its messages can be searched for.
search_marks = sa.Table(
    "search_marks",
    metadata,
    sa.Column("room", Id, sa.ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("rev", Count, nullable=False),
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
    # None: the operator, at the machine itself; 0: the server, of its own accord.
    sa.Column("actor", Id),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("room", Id),
    sa.Column("user", Id),
    # JSON: what else there is to know.
    sa.Column("details", sa.Text, nullable=False, server_default=_EMPTY),
    sa.Index("ix_audit_room_id", "room", "id"),
    sa.Index("ix_audit_user_id", "user", "id"),
)
