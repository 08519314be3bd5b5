"""Conversation: replies, threads, pins, reactions, mentions, files, revisions; what leaves the house; retention."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_COUNT = sa.BigInteger
_TIME = sa.BigInteger
_ZERO = sa.text("0")


def upgrade() -> None:
    """Adds the columns and tables."""
    for column in (
        sa.Column("mentioning", sa.Text, nullable=False, server_default=sa.text("'moderators'")),
        sa.Column("retention", sa.Integer),
        sa.Column("floor", _COUNT, nullable=False, server_default=_ZERO),
        sa.Column("floor_rev", _COUNT, nullable=False, server_default=_ZERO),
        sa.Column("origin", sa.Text),
    ):
        op.add_column("rooms", column)
    op.create_index("ix_rooms_origin", "rooms", ["origin"], unique=True)
    op.add_column("memberships", sa.Column("unread_from", _COUNT))
    for column in (
        sa.Column("reply", _COUNT),
        sa.Column("thread", _COUNT),
        sa.Column("replies", _COUNT, nullable=False, server_default=_ZERO),
        sa.Column("last_reply", _TIME),
        sa.Column("pinned", _TIME),
        sa.Column("extras", sa.Text),
    ):
        op.add_column("messages", column)
    _index_where("ix_messages_room_thread_seq", "messages", ["room", "thread", "seq"], "thread IS NOT NULL")
    _index_where("ix_messages_room_last_reply_seq", "messages", ["room", "last_reply", "seq"], "last_reply IS NOT NULL")
    _index_where("ix_messages_room_pinned", "messages", ["room", "pinned"], "pinned IS NOT NULL")
    _add_tables_of_messages()
    _add_uploads()
    _add_tables_of_jobs()


def _index_where(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _id(name: str) -> sa.Column[int]:
    return sa.Column(name, _ID, nullable=False)


def _cascade(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")


def _add_tables_of_messages() -> None:
    op.create_table(
        "revisions",
        _id("room"),
        sa.Column("seq", _COUNT, nullable=False),
        sa.Column("rev", _COUNT, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("written", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("room", "seq", "rev", name="pk_revisions"),
        _cascade("revisions", "room", "rooms"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reactions",
        _id("room"),
        sa.Column("seq", _COUNT, nullable=False),
        sa.Column("emoji", sa.Text, nullable=False),
        _id("user"),
        sa.Column("created", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("room", "seq", "emoji", "user", name="pk_reactions"),
        _cascade("reactions", "room", "rooms"),
        _cascade("reactions", "user", "users"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reactions_user", "reactions", ["user"])
    op.create_table(
        "mentions",
        _id("user"),
        _id("room"),
        sa.Column("seq", _COUNT, nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("user", "room", "seq", name="pk_mentions"),
        _cascade("mentions", "room", "rooms"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_mentions_room_seq", "mentions", ["room", "seq"])
    op.create_index("ix_mentions_user_created", "mentions", ["user", "created"])


def _add_uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.Text, nullable=False),
        _id("owner"),
        _id("room"),
        sa.Column("seq", _COUNT),
        sa.Column("place", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("mime", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("size", _COUNT, nullable=False),
        sa.Column("width", sa.Integer),
        sa.Column("height", sa.Integer),
        sa.Column("duration", sa.Integer),
        sa.Column("placeholder", sa.Text),
        sa.Column("thumb", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
        _cascade("uploads", "owner", "users"),
        _cascade("uploads", "room", "rooms"),
    )
    op.create_index("ix_uploads_owner_created", "uploads", ["owner", "created"])
    op.create_index("ix_uploads_room_seq", "uploads", ["room", "seq"])
    op.create_index("ix_uploads_sha256", "uploads", ["sha256"])
    _index_where("ix_uploads_created_unattached", "uploads", ["created"], "seq IS NULL")


def _add_tables_of_jobs() -> None:
    op.create_table(
        "outbox",
        _id("id"),
        sa.Column("kind", sa.Text, nullable=False),
        _id("target"),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("due", _TIME, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default=_ZERO),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_kind_due_id", "outbox", ["kind", "due", "id"])
    op.create_index("ix_outbox_kind_target", "outbox", ["kind", "target"])
    op.create_table(
        "push_subscriptions",
        _id("id"),
        _id("user"),
        _id("session"),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("p256dh", sa.Text, nullable=False),
        sa.Column("auth", sa.Text, nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_push_subscriptions"),
        sa.UniqueConstraint("endpoint", name="uq_push_subscriptions_endpoint"),
        _cascade("push_subscriptions", "user", "users"),
        _cascade("push_subscriptions", "session", "sessions"),
    )
    op.create_index("ix_push_subscriptions_user", "push_subscriptions", ["user"])
    op.create_index("ix_push_subscriptions_session", "push_subscriptions", ["session"])
    op.create_table(
        "previews",
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("fetched", _TIME, nullable=False),
        sa.Column("card", sa.Text),
        sa.PrimaryKeyConstraint("url", name="pk_previews"),
    )
    op.create_index("ix_previews_fetched", "previews", ["fetched"])
