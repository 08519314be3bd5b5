"""Which messages are to get previews, and what becomes of these."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from webchat.chat.facade import Settings
from webchat.chat.previews import Place
from webchat.live.limits import Rate
from webchat.model.commands import DeleteMessage, PostMessage
from webchat.model.events import Message
from webchat.model.extras import Preview
from webchat.model.ids import RoomId, Seq
from webchat.store import messages, outbox
from webchat.store.outbox import Job

FAST = Rate(1e6, 1e6)
LOBBY = RoomId(1)
CARD = Preview("https://a.example", "A")


class PreviewTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self, Settings(registration="open", posts=FAST, changes=FAST, reads=FAST))
        self.chat = self.house.chat
        self.anna, self.mei = self.house.set_up(), self.house.register("mei")
        self.house.wait(self.chat.settings.change(self.anna, previews=True))

    def post(self, text: str = "https://a.example") -> Seq:
        return self.house.wait(self.chat.messages.post(self.mei, PostMessage(0, LOBBY, text))).seq

    def jobs(self) -> list[Job]:
        self.house.wait(self.chat.previews.decide())
        at = self.house.now()
        return self.house.wait(self.chat.database.write(None, lambda db: outbox.take(db, "preview", at, at, 99)))

    def message(self, seq: Seq) -> Message:
        found = self.house.wait(self.chat.database.read(lambda db: messages.maybe(db, LOBBY, seq)))
        assert found is not None
        return found

    def test_noted(self) -> None:
        """A new message with links, once; what merely looks like one costs nothing."""
        self.post("no link")
        self.post("`https://code.example`")
        seq = self.post("https://a.example https://b.example")
        (job,) = self.jobs()
        place, links = self.house.wait(self.chat.previews.links(job))
        self.assertEqual((place, links), (Place(LOBBY, seq), ["https://a.example", "https://b.example"]))
        # Its row changes, and is no news.
        self.chat.previews.heard([self.message(seq)])
        self.assertEqual(self.chat.previews._new, [])

    def test_decided_otherwise(self) -> None:
        """What waits when it is switched off is not looked at."""
        self.post()
        (job,) = self.jobs()
        self.house.wait(self.chat.settings.change(self.anna, previews=False))
        self.assertEqual(self.house.wait(self.chat.previews.links(job))[1], [])

    def test_attached(self) -> None:
        """A change of the room, once; none of a message that is gone."""
        seq, gone = self.post(), self.post()
        before = self.message(seq).rev
        self.house.wait(self.chat.messages.delete(self.mei, DeleteMessage(0, LOBBY, gone)))
        for one in (seq, seq, gone, Seq(99)):
            self.house.wait(self.chat.previews.attach(Place(LOBBY, one), [CARD]))
        self.assertEqual(self.message(seq).previews, (CARD,))
        self.assertEqual((self.message(seq).rev, self.message(gone).previews), (before + 3, ()))
        self.house.wait(self.chat.messages.delete(self.mei, DeleteMessage(0, LOBBY, seq)))
        self.assertEqual(self.message(seq).previews, ())
