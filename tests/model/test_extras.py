"""What a message holds besides its text."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.events import Message
from webchat.model.extras import NONE, Extras, File, Forwarded, Preview, Reaction, packed, unpacked
from webchat.model.ids import Millis, RoomId, Seq, UserId


class Keeping(SynchronousTestCase):
    """How it is stored."""

    def test_nothing(self) -> None:
        """A message that is text alone stores nothing more."""
        self.assertIsNone(packed(NONE))
        self.assertEqual(unpacked(None), NONE)

    def test_all_of_it(self) -> None:
        """What was stored comes back as it was."""
        extras = Extras(
            (File("f1", "茶.png", "image/png", "image", 9, 4, 3, None, "#fff", True),),
            (UserId(7),),
            "here",
            (Reaction("🍵", 2, (UserId(1), UserId(2))),),
            Forwarded(UserId(3), Millis(5), RoomId(1), Seq(2)),
            (Preview("https://example.org/", "Tea"),),
        )
        self.assertEqual(unpacked(packed(extras)), extras)

    def test_order(self) -> None:
        """A message has the same members, in the same order, as its last ones."""
        self.assertEqual(Message.__struct_fields__[-len(Extras.__struct_fields__) :], Extras.__struct_fields__)
