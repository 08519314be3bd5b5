"""The server inside another Twisted program, as a service of it.  See docs/embedding.md."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from webchat import startup
from webchat.config import ConfigError, StartupError, of
from webchat.model.hosts import Host, Identify, Person
from webchat.model.names import account_name
from webchat.model.refusals import Refusal
from webchat.server import Server

__all__ = ["ConfigError", "EmbeddedServer", "Person", "StartupError", "service"]


class EmbeddedServer(Server):
    """The service; it may be started again once it has been stopped."""

    _failure: Failure | None = None

    def startService(self) -> None:
        self._failure = None
        super().startService()

    def up(self) -> Deferred[None]:
        """Fires when the started service serves; fails with what keeps it from that, which is logged, too."""
        up: Deferred[None] = Deferred()

        def tell(_: None) -> None:
            if self._failure is None:
                up.callback(None)
            else:
                up.errback(self._failure)

        assert self._starting is not None, "it has not been started"
        self._starting.addCallback(tell)
        return up

    async def sign_out(self, name: str) -> None:
        """The host has signed this person out: her browsers are signed out here too, and their connections closed."""
        await self._chat.vouching.sign_out(name)

    def _could_not_come_up(self, failure: Failure) -> None:
        self._failure = failure
        super()._could_not_come_up(failure)


def service(
    reactor: Any,
    identify: Identify | None = None,
    *,
    owner: str | Person | None = None,
    sign_in: str | None = None,
    **settings: Any,
) -> EmbeddedServer:
    """A server, ready to be started; its database is brought up to date at once.

    *identify* names whoever makes a request, a twisted.web Request: by her name, as a Person, or None for nobody; it
    may be a coroutine function.  Then *owner* says whom the server belongs to, and *sign_in* at which address one
    signs in.  *settings* are those of docs/operations.md: `data="chat", listen=["tcp:8081"]`.

    Raises ConfigError, StartupError.
    """
    if (identify is None) != (owner is None) or (identify is None) != (sign_in is None):
        raise ConfigError("identify, owner and sign_in belong together.")
    host = None
    if identify is not None and owner is not None and sign_in is not None:
        settings = {"registration": "closed", **settings}
        host = Host(identify=identify, owner=_owner(owner), sign_in=_address(sign_in))
    config = of(settings)
    startup.data_folder(config.data)
    startup.database(config.database)
    return EmbeddedServer(config, reactor, startup.endpoints(reactor, config.listen), host)


def _owner(owner: str | Person) -> Person:
    person = Person(owner) if isinstance(owner, str) else owner
    try:
        account_name(person.name)
    except Refusal as refusal:
        raise ConfigError(f"owner is no name for an account: {refusal.message}") from None
    return person


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError("sign_in must be an address like https://example.org/sign-in.")
    return url
