"""The server's refusals as the exceptions they were there."""

from __future__ import annotations

from typing import Any

from webchat.model.refusals import CATALOGUE, Refusal

AGAIN = frozenset({"retry", "busy", "unavailable", "rate_limited"})
"""Codes after which the same request may be sent again."""


def refusal_of(answer: dict[str, Any], otherwise: str) -> Refusal:
    """The refusal that *answer* tells of: of the class with its code, if that is known here; else with *otherwise*."""
    code = answer.get("code")
    code = code if isinstance(code, str) else "refused"
    kind: type[Refusal] = CATALOGUE.get(code) or type("Refused", (Refusal,), {"code": code})
    message = answer.get("message") or answer.get("detail") or otherwise
    return kind(str(message), retry_after=answer.get("retry_after"), field=answer.get("field"))
