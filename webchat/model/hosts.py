"""The program around the server, where there is one: whom it vouches for, and where one signs in with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import attrs


@attrs.frozen
class Person:
    """One of the host's people.  *name*: that of her account, by the rules of names.

    *display_name*: how it is shown when she first comes; or her name.
    """

    name: str
    display_name: str = ""


Identified = Person | str | None
"""Who asks, or her name alone; None: nobody whom the host knows."""

Identify = Callable[[Any], Identified | Awaitable[Identified]]
"""Who makes a request (a twisted.web Request)."""


@attrs.frozen(kw_only=True)
class Host:
    """*sign_in*: the address at which browsers are sent to sign in.  *owner*: whom the server belongs to."""

    identify: Identify
    owner: Person
    sign_in: str
