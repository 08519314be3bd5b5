"""People and rooms: profiles, contacts, blocks, direct rooms, rights, bans, reports, announcements, the audit log."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.BigInteger
_EMPTY = sa.text("''")


def upgrade() -> None:
    """Adds the columns and tables, and takes the names of everybody apart."""
    for column in (
        sa.Column("about", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("avatar", sa.Text),
        sa.Column("locale", sa.Text),
        sa.Column("status", sa.Text, nullable=False, server_default=sa.text("'auto'")),
        sa.Column("seen", _TIME),
        sa.Column("silenced", _TIME),
        sa.Column("deleted", _TIME),
    ):
        op.add_column("users", column)
    op.create_index("ix_users_display_key_id", "users", ["display_key", "id"])
    for column in (
        sa.Column("picture", sa.Text),
        sa.Column("posting", sa.Text, nullable=False, server_default=sa.text("'all'")),
        sa.Column("inviting", sa.Text, nullable=False, server_default=sa.text("'all'")),
        sa.Column("slow", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("direct_key", sa.Text),
        sa.Column("deleted", _TIME),
    ):
        op.add_column("rooms", column)
    op.create_index("ix_rooms_direct_key", "rooms", ["direct_key"], unique=True)
    for column in (
        sa.Column("muted", _TIME),
        sa.Column("silenced", _TIME),
        sa.Column("posted", _TIME, nullable=False, server_default=sa.text("0")),
        sa.Column("draft", _TIME),
        sa.Column("invited_by", _ID),
    ):
        op.add_column("memberships", column)
    with op.batch_alter_table("invites") as invites:
        invites.add_column(sa.Column("room", _ID))
        invites.create_foreign_key("fk_invites_room", "rooms", ["room"], ["id"], ondelete="CASCADE")
        invites.create_index("ix_invites_room", ["room"])
    _add_tables_of_people()
    _add_tables_of_moderation()
    _take_names_apart()


def _user(name: str) -> sa.Column[int]:
    return sa.Column(name, _ID, nullable=False)


def _cascade(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")


def _add_tables_of_people() -> None:
    op.create_table(
        "name_parts",
        sa.Column("part", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        _user("user"),
        sa.PrimaryKeyConstraint("part", "user", name="pk_name_parts"),
        _cascade("name_parts", "user", "users"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_name_parts_user", "name_parts", ["user"])
    op.create_table(
        "preferences",
        _user("user"),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user", "key", name="pk_preferences"),
        _cascade("preferences", "user", "users"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "contacts",
        _user("low"),
        _user("high"),
        _user("asker"),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("accepted", _TIME),
        sa.PrimaryKeyConstraint("low", "high", name="pk_contacts"),
        _cascade("contacts", "low", "users"),
        _cascade("contacts", "high", "users"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_contacts_high", "contacts", ["high"])
    op.create_table(
        "blocks",
        _user("user"),
        _user("other"),
        sa.Column("created", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("user", "other", name="pk_blocks"),
        _cascade("blocks", "user", "users"),
        _cascade("blocks", "other", "users"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_blocks_other", "blocks", ["other"])


def _add_tables_of_moderation() -> None:
    op.create_table(
        "bans",
        _user("room"),
        _user("user"),
        _user("moderator"),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("until", _TIME),
        sa.PrimaryKeyConstraint("room", "user", name="pk_bans"),
        _cascade("bans", "room", "rooms"),
        _cascade("bans", "user", "users"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reports",
        sa.Column("id", _ID, nullable=False),
        _user("reporter"),
        sa.Column("room", _ID),
        sa.Column("seq", sa.BigInteger),
        _user("user"),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("closed", _TIME),
        sa.Column("closed_by", _ID),
        sa.Column("outcome", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        _cascade("reports", "reporter", "users"),
        _cascade("reports", "room", "rooms"),
        _cascade("reports", "user", "users"),
    )
    for column in ("reporter", "room", "user"):
        op.create_index(f"ix_reports_{column}", "reports", [column])
    op.create_index("ix_reports_closed_id", "reports", ["closed", "id"])
    op.create_table(
        "announcements",
        sa.Column("id", _ID, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("link", sa.Text),
        _user("creator"),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("changed", _TIME, nullable=False),
        sa.Column("ended", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_announcements"),
    )
    op.create_table(
        "dismissals",
        _user("user"),
        _user("announcement"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("user", "announcement", name="pk_dismissals"),
        _cascade("dismissals", "user", "users"),
        _cascade("dismissals", "announcement", "announcements"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit",
        sa.Column("id", _ID, nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("actor", _ID),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("room", _ID),
        sa.Column("user", _ID),
        sa.Column("details", sa.Text, nullable=False, server_default=_EMPTY),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_room_id", "audit", ["room", "id"])
    op.create_index("ix_audit_user_id", "audit", ["user", "id"])


def _take_names_apart() -> None:
    # As the program did it at that version; a later one may do it otherwise, and then brings its own step.
    db = op.get_bind()
    people = db.execute(sa.text("SELECT id, name, display_key FROM users")).all()
    rows = [
        {"part": part, "user": user}
        for user, name, display_key in people
        for part in {text[start : start + 32] for text in (_folded(name), display_key) for start in range(len(text))}
        if not part[0].isspace()
    ]
    table = sa.table("name_parts", sa.column("part"), sa.column("user"))
    for start in range(0, len(rows), 5_000):
        db.execute(table.insert(), rows[start : start + 5_000])


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
