"""Secrets that are told once, such as tokens and the codes of links, and what is kept of them."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable


def new_secret(token_bytes: Callable[[int], bytes], prefix: str = "", length: int = 32) -> str:
    """*prefix* and *length* random bytes, as URLs take them."""
    return prefix + urlsafe_b64encode(token_bytes(length)).decode().rstrip("=")


def digest_of(secret: str) -> bytes:
    """What is kept of a secret: its SHA-256.  A stranger may send anything, half of a surrogate pair too."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
