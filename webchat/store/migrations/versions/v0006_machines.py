"""Machines: bots, hooks, slash commands, reminders, tokens with scopes, and the devices of the old dialects."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.BigInteger
_ZERO = sa.text("0")
_EMPTY = sa.text("''")


def upgrade() -> None:
    """Adds the columns and tables."""
    op.add_column("users", sa.Column("featured", _TIME))
    op.create_index("ix_users_featured", "users", ["featured"])
    op.add_column("sessions", sa.Column("scopes", sa.Text))
    op.add_column("messages", sa.Column("said_rev", sa.BigInteger))
    op.add_column("messages", sa.Column("reacted_rev", sa.BigInteger))
    op.create_table(
        "devices",
        sa.Column("cookie_sha256", sa.LargeBinary(32), nullable=False),
        _id("session"),
        sa.PrimaryKeyConstraint("cookie_sha256", name="pk_devices"),
        _cascade("devices", "session", "sessions"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_devices_session", "devices", ["session"])
    op.create_table(
        "bots",
        _id("user"),
        sa.Column("owner", _ID),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("stopped", _TIME),
        sa.PrimaryKeyConstraint("user", name="pk_bots"),
        _cascade("bots", "user", "users"),
        _cascade("bots", "owner", "users"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_bots_owner", "bots", ["owner"])
    _add_ways()
    op.create_table(
        "reminders",
        _id("id"),
        _id("user"),
        _id("room"),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("due", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reminders"),
        _cascade("reminders", "user", "users"),
        _cascade("reminders", "room", "rooms"),
    )
    for column in ("user", "room", "due"):
        op.create_index(f"ix_reminders_{column}", "reminders", [column])


def _add_ways() -> None:
    op.create_table(
        "hooks",
        _id("id"),
        sa.Column("kind", sa.Text, nullable=False),
        _id("room"),
        _id("bot"),
        _id("creator"),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("token_sha256", sa.LargeBinary(32)),
        sa.Column("url", sa.Text),
        sa.Column("secret", sa.Text),
        sa.Column("events", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("word", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("told", sa.BigInteger, nullable=False, server_default=_ZERO),
        sa.Column("used", _TIME),
        *_failing(),
        sa.PrimaryKeyConstraint("id", name="pk_hooks"),
        sa.UniqueConstraint("token_sha256", name="uq_hooks_token_sha256"),
        _cascade("hooks", "room", "rooms"),
        _cascade("hooks", "bot", "users"),
    )
    for column in ("room", "bot"):
        op.create_index(f"ix_hooks_{column}", "hooks", [column])
    op.create_table(
        "commands",
        _id("id"),
        sa.Column("name", sa.Text, nullable=False),
        _id("bot"),
        sa.Column("hint", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("description", sa.Text, nullable=False, server_default=_EMPTY),
        sa.Column("url", sa.Text),
        sa.Column("secret", sa.Text),
        sa.Column("created", _TIME, nullable=False),
        *_failing(),
        sa.PrimaryKeyConstraint("id", name="pk_commands"),
        sa.UniqueConstraint("name", name="uq_commands_name"),
        _cascade("commands", "bot", "users"),
    )
    op.create_index("ix_commands_bot", "commands", ["bot"])


def _failing() -> tuple[sa.Column[int], sa.Column[str], sa.Column[int]]:
    return (
        sa.Column("failures", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("failure", sa.Text),
        sa.Column("disabled", sa.BigInteger),
    )


def _id(name: str) -> sa.Column[int]:
    return sa.Column(name, _ID, nullable=False)


def _cascade(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")
