"""Brings the database to this version's schema, or says why it will not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from webchat.store.engines import Engines

# Any number will do, as long as every webchat uses the same one.
_ADVISORY_LOCK = 0x77656263


class SchemaTooNew(Exception):
    """The database was written by a later version of webchat."""


def schema_version(engines: Engines) -> str | None:
    """The schema's revision in the database; None where there is none yet."""
    with engines.reader.connect() as db:
        return MigrationContext.configure(db).get_current_revision()


def newest_version() -> str:
    """The revision that this program needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def upgrade(engines: Engines, revision: str = "head") -> None:
    """Migrates in one transaction; of several processes that start at once, one does it and the others wait.

    Raises SchemaTooNew, and sqlalchemy.exc.OperationalError when the database cannot be reached.
    """
    with engines.writer.connect() as db:
        if engines.is_sqlite:
            # Rebuilding a table drops the old one, and with foreign keys on that deletes every child row.  The
            # pragma does nothing inside a transaction, so it goes to the driver before one begins.
            driver = db.connection.dbapi_connection
            assert driver is not None
            driver.cursor().execute("PRAGMA foreign_keys=OFF")
            try:
                with db.begin():
                    _migrate(db, revision)
                    broken = db.exec_driver_sql("PRAGMA foreign_key_check").first()
                    if broken is not None:
                        raise RuntimeError(f"the migration broke a foreign key: {broken!r}")
            finally:
                driver.cursor().execute("PRAGMA foreign_keys=ON")
        else:
            with db.begin():
                db.execute(sa.text("SET LOCAL lock_timeout = 0"))
                db.execute(sa.text("SET LOCAL statement_timeout = 0"))
                db.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
                _migrate(db, revision)


def _migrate(db: sa.Connection, revision: str) -> None:
    config = _config()
    current = MigrationContext.configure(db).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise SchemaTooNew(
            f"The database has schema {current}, which this version of webchat does not know: it was used with a "
            "later version. Install that version, or restore a backup made before the upgrade."
        )
    if current != newest_version():
        config.attributes["connection"] = db
        command.upgrade(config, revision)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "webchat.store:migrations")
    return config
