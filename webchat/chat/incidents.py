"""What may be logged of a bug: where it happened and what it was, never what people wrote."""

from __future__ import annotations

from twisted.python.failure import Failure


class DatabaseFailure(Exception):
    """Stands in the log for an error of SQLAlchemy's, whose own text holds what was to be stored."""


def loggable(error: BaseException) -> Failure:
    """*error* for the log: of a database's complaint only the first line, since the others repeat the row."""
    cause = getattr(error, "orig", None)
    if cause is not None:
        kind, said = type(error), str(cause).partition("\n")[0]
        text = f"{kind.__module__}.{kind.__qualname__}: {said}"
        error = DatabaseFailure(text).with_traceback(error.__traceback__)
    return Failure(error)  # type: ignore[no-untyped-call]
