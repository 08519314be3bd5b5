"""A server with an owner, for what is done with accounts."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import DEVICE, FAST, PASSWORD, House
from webchat.chat.accounts import Accounts
from webchat.chat.facade import Settings
from webchat.chat.sessions import Device
from webchat.model.users import Actor

ELSEWHERE = Device("198.51.100.9", "elsewhere")


def settings(registration: Any = "open", **more: Any) -> Settings:
    return Settings(registration=registration, posts=FAST, changes=FAST, marks=FAST, typing=FAST, **more)


class Scene(SynchronousTestCase):
    """A server with an owner."""

    settings = settings()

    def setUp(self) -> None:
        self.house = House(self, settings=self.settings)
        self.accounts: Accounts = self.house.chat.accounts
        self.anna = self.house.set_up()

    def device(self, number: int) -> Device:
        """One of many addresses, so that addresses are not what is limited."""
        return Device(f"198.51.{number // 250}.{number % 250}", "trial")

    def register(self, name: str = "mei", **more: Any) -> Any:
        given = {
            "display_name": name, "password": PASSWORD, "email": None, "invitation": None, "device": DEVICE, **more
        }  # fmt: skip
        return self.accounts.register(name, **given)

    def sign_in(self, login: str = "anna", password: str = PASSWORD, device: Device = DEVICE) -> Any:
        return self.accounts.sign_in(login, password, device)

    def later(self, ms: int) -> None:
        self.house.now.ms += ms

    def token(self, actor: Actor | None = None, days: int | None = None) -> tuple[str, Any]:
        return self.house.wait(self.accounts.make_token(actor or self.anna, "x", days))  # type: ignore[no-any-return]

    def works(self, token: str) -> bool:
        work = Deferred.fromCoroutine(self.accounts.authenticate(token))
        self.house.turn()
        results: list[Any] = []
        work.addBoth(results.append)
        return isinstance(results[0], Actor)
