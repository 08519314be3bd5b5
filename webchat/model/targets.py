"""Where other programs are told of what happens here: one rule for the URLs of webhooks and of bots' commands."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta

from webchat.model.refusals import BadRequest

URL_LIMIT = 2_000
TargetUrl = Annotated[str, Meta(min_length=1, max_length=URL_LIMIT)]


def target_url(url: str) -> str:
    """*url*, if something can be told there: http(s), in plain ASCII, without credentials.  Raises BadRequest.

    Which hosts and ports are reached is asked when it is told (`jobs/outside.py`): what a name means may change.
    """
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        is_fine = is_web and "@" not in parts.netloc
    except ValueError:
        is_fine = False
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(' \\"<>')
    if not is_fine or not is_plain or len(url) > URL_LIMIT:
        raise BadRequest(
            f"Give an http or https URL of at most {URL_LIMIT} characters, without a password in it.", field="url"
        )
    return url
