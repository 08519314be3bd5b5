"""Tells devices by way of their push services: what is said is encrypted for the browser alone (RFC 8030, 8291)."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode

import attrs
import http_ece
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from twisted.logger import Logger

from webchat.chat.push import Push, Pushed
from webchat.jobs.outside import Answer, Forbidden, Outside, Unreachable
from webchat.jobs.vapid import Vapid
from webchat.jobs.worker import Later
from webchat.model.push import unpadded
from webchat.store.outbox import Job
from webchat.store.push import Subscription

SECONDS = 10.0
TTL = 12 * 3600
"""Seconds for which the push service keeps it for a device that is off."""
GONE = (404, 410)


@attrs.define(eq=False)
class Pusher:
    """Does the jobs of kind `push`."""

    _push: Push
    _outside: Outside
    _vapid: Vapid
    told: int = attrs.field(default=0, init=False)
    gone: int = attrs.field(default=0, init=False)
    """Devices that their push service knew no more."""
    _log = Logger()

    async def deliver(self, job: Job) -> None:
        """Tells the device of *job* what it is about, if there is something to tell.  Raises Later."""
        found = await self._push.compose(job)
        if found is None:
            return
        subscription, pushed = found
        try:
            answer = await self._send(subscription, pushed)
        except ValueError:
            # Its keys are no point of the curve: no browser has made them.
            await self._push.forget(subscription)
            return
        except Forbidden as why:
            self._log.warn("A push was not sent: {why}", why=str(why))
            return
        except Unreachable as why:
            raise Later(str(why)) from why
        await self._answered(subscription, answer)

    async def _answered(self, subscription: Subscription, answer: Answer) -> None:
        if 200 <= answer.status < 300:
            self.told += 1
        elif answer.status in GONE:
            self.gone += 1
            await self._push.forget(subscription)
        elif answer.status in (408, 425, 429) or answer.status >= 500:
            raise Later(f"status {answer.status}", answer.retry_after)
        else:
            # It will be no better the next time.
            self._log.warn("A push service refused: status {status}", status=answer.status)

    async def _send(self, subscription: Subscription, pushed: Pushed) -> Answer:
        return await self._outside.ask(
            "POST",
            subscription.endpoint,
            headers={
                "Authorization": self._vapid.authorization(subscription.endpoint),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(TTL),
                "Urgency": "high" if pushed.mention else "normal",
                "Topic": topic(subscription, pushed),
            },
            body=encrypted(msgspec.json.encode(pushed), subscription),
            limit=0,
            seconds=SECONDS,
            only=lambda status, headers: False,
        )


def topic(subscription: Subscription, pushed: Pushed) -> str:
    """What replaces, at the push service, what is not delivered yet of the same room, and does not name the room."""
    digest = hashlib.sha256(f"{subscription.auth} {pushed.room}".encode()).digest()
    return urlsafe_b64encode(digest[:18]).decode()


def encrypted(content: bytes, subscription: Subscription) -> bytes:
    """*content* for the browser of *subscription* alone (RFC 8291, with the coding of RFC 8188)."""
    found: bytes = http_ece.encrypt(
        content,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=unpadded(subscription.p256dh),
        auth_secret=unpadded(subscription.auth),
        version="aes128gcm",
    )
    return found
