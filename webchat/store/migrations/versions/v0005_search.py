"""Search: which messages can be searched for, and the words of each, as each engine looks them up."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Adds the tables, empty: the running server fills them."""
    op.create_table(
        "search_docs",
        sa.Column("id", _ID, nullable=False),
        sa.Column("room", _ID, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_docs"),
        sa.ForeignKeyConstraint(
            ["room", "seq"], ["messages.room", "messages.seq"], name="fk_search_docs_room", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_search_docs_room_seq", "search_docs", ["room", "seq"], unique=True)
    op.create_table(
        "search_marks",
        sa.Column("room", _ID, nullable=False),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("room", name="pk_search_marks"),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name="fk_search_marks_room", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        # Its tokeniser leaves alone what has been taken apart already: it parts at blanks.
        op.execute("CREATE VIRTUAL TABLE search_words USING fts5 (words, names, marks, tokenize = 'ascii')")
        op.execute(
            "CREATE TRIGGER search_docs_gone AFTER DELETE ON search_docs "
            "BEGIN DELETE FROM search_words WHERE rowid = old.id; END"
        )
    else:
        op.execute(
            "CREATE TABLE search_words (id bigint PRIMARY KEY REFERENCES search_docs (id) ON DELETE CASCADE, "
            "tokens tsvector NOT NULL)"
        )
        # Without a list of what is still to be sorted in: a search would have to read all of it.
        op.execute("CREATE INDEX ix_search_words_tokens ON search_words USING gin (tokens) WITH (fastupdate = off)")
