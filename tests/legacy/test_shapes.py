"""How people and messages look to the older clients."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from webchat.legacy import shapes
from webchat.legacy.ids import user_id
from webchat.model.events import Message
from webchat.model.extras import File
from webchat.model.ids import Millis, Rev, RoomId, Seq, UserId
from webchat.model.users import User, UserCard

ID = "0123456789abcdef" * 2
CARD = UserCard(UserId(7), "anna", "Anna <A>")
USER = User(UserId(7), "anna", "Anna", "human", "member", "anna@example.com", Millis(0), None)
PICTURE = File(ID, "cat.png", "image/png", "image", 9, 40, 30)
SHAPES = shapes.Shapes("https://chat.example.com")


def message(text: str = "hi", **more: Any) -> Message:
    return Message(RoomId(3), Rev(9), Seq(5), UserId(7), text, Millis(1_700_000_000_000), **more)


class Shapes(SynchronousTestCase):
    def test_avatar(self) -> None:
        """Everybody has a picture, on this server, whose address takes a query behind it."""
        for user in range(1, 600):
            self.assertRegex(shapes.avatar(UserCard(UserId(user), "a", "A")), r"\A/storage/avatars/[1-9][0-9]*\.svg\Z")
        own = shapes.avatar(UserCard(UserId(7), "a", "A", avatar=ID))
        self.assertEqual(own, f"/storage/avatars/{ID}.webp")

    def test_files(self) -> None:
        """A file is found again in its address, whatever was put before or behind it; other addresses hold none."""
        address = shapes.address_of(PICTURE)
        for text in (address, f"{address}?width=1&height=2", f"https://x.example{address}#a"):
            self.assertEqual(shapes.file_in(text), ID)
        for text in ("", "/storage/files/", f"/storage/files/{ID[1:]}.png", "https://x/y.png", f"/x/{ID}.png"):
            self.assertIsNone(shapes.file_in(text))

    def test_text(self) -> None:
        """A text in all three shapes: escaped for pages, plain for programs; an empty picture is an empty text."""
        laravel = SHAPES.laravel(message("<b>"), CARD, 1, None)
        self.assertEqual((laravel["msg"], laravel["img"], laravel["username"]), ("&lt;b>", "", "Anna &lt;A>"))
        self.assertEqual((laravel["userid"], laravel["roomid"]), (user_id(UserId(7)), 1))
        express = SHAPES.express(message("<b>", nonce="c1"), CARD, 2)
        self.assertEqual((express["msg"], express["img"], express["type"]), ("&lt;b>", "", "text"))
        self.assertEqual((express["username"], express["clientId"], express["roomid"]), ("anna", "c1", "room2"))
        raw = SHAPES.raw(message("<b>"), CARD, 1)
        self.assertEqual((raw["content"], raw["image"], raw["type"]), ("<b>", "", "text"))
        self.assertEqual(laravel["_id"], express["_id"])

    def test_own(self) -> None:
        """One's own messages bear what signing in told as one's address."""
        self.assertEqual(SHAPES.laravel(message(), CARD, 1, USER)["userid"], "anna@example.com")
        self.assertEqual(shapes.user_row(USER)["email"], "anna@example.com")
        self.assertNotIn("password", str(shapes.user_row(USER)))

    def test_picture(self) -> None:
        """A picture alone is one; with a text, or several of them, they stand in the text as links."""
        alone = message("", files=(PICTURE,))
        self.assertEqual(SHAPES.laravel(alone, CARD, 1, None)["img"], f"/storage/files/{ID}.png")
        express = SHAPES.express(alone, CARD, (UserId(7), UserId(8)))
        self.assertEqual((express["img"], express["type"]), (f"/storage/files/{ID}.png?width=40&height=30", "img"))
        self.assertEqual(express["roomType"], "single")
        text = SHAPES.raw(message("look", files=(PICTURE, PICTURE)), CARD, 1)["content"]
        line = f"[图片] https://chat.example.com/storage/files/{ID}.png"
        self.assertEqual(text, f"look\n{line}\n{line}")

    def test_the_rest(self) -> None:
        """Deleted messages say so; what somebody does follows her name; who is gone has a name to show."""
        self.assertEqual(SHAPES.raw(message("", deleted=Millis(5)), CARD, 1)["content"], shapes.DELETED)
        self.assertEqual(SHAPES.raw(message("waves", action=True), CARD, 1)["content"], "Anna <A> waves")
        nobody = UserCard(UserId(7), "", "")
        self.assertEqual(SHAPES.laravel(message(), nobody, 1, None)["username"], shapes.NOBODY)
        self.assertEqual(shapes.person(nobody)["name"], shapes.NOBODY)
