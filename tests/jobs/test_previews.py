"""From a message with a link to the message with a preview."""

from __future__ import annotations

import time
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import House
from tests.support.images import picture
from webchat.chat.facade import Settings
from webchat.chat.pictures import PREVIEW
from webchat.jobs.outside import Answer, Forbidden, Unreachable
from webchat.jobs.previews import Fetcher, Said, read_page
from webchat.jobs.worker import Worker
from webchat.live.limits import Rate
from webchat.model.commands import EditMessage, PostMessage
from webchat.model.events import Message
from webchat.model.extras import Preview
from webchat.model.ids import RoomId, Seq
from webchat.store import messages, outbox

FAST = Rate(1e6, 1e6)
LOBBY = RoomId(1)
HTML = {"content-type": "text/html; charset=utf-8"}
PAGE = b"""<!doctype html><html><head><title>Not this</title>
<meta property="og:title" content="Tea &amp; biscuits"><meta property="og:description" content="How\n to  bake">
<meta property="og:site_name" content="Kitchen"/><meta property="og:image" content="/dot.png"></head><body>"""


class Sites:
    """Other servers: what each URL answers."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | Exception] = {}
        self.asked: list[str] = []

    async def ask(self, method: str, url: str, *, only: Any, **rest: Any) -> Answer:
        assert (method, rest["limit"], rest["seconds"]) == ("GET", 512 * 1024, 5.0)
        self.asked.append(url)
        answer = self.answers.get(url, Unreachable("nobody"))
        if isinstance(answer, Exception):
            raise answer
        return answer if only(answer.status, answer.headers) else Answer(answer.status, answer.headers, b"")


class PreviewCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.house = House(self, Settings(registration="open", posts=FAST, changes=FAST, reads=FAST))
        self.chat = self.house.chat
        self.anna, self.mei = self.house.set_up(), self.house.register("mei")
        self.house.wait(self.chat.settings.change(self.anna, previews=True))
        self.sites = Sites()
        self.sites.answers["https://a.example/tea"] = Answer(200, HTML, PAGE)
        fetcher = Fetcher(
            self.chat.previews,
            self.sites,
            self.chat.images,
            self.house.chance,
            self.house.now,  # type: ignore[arg-type]
        )
        self.worker = Worker("preview", fetcher.deliver, self.chat.database, self.house.now, lambda low, high: high)

    def post(self, text: str = "https://a.example/tea") -> Seq:
        return self.house.wait(self.chat.messages.post(self.mei, PostMessage(0, LOBBY, text))).seq

    def work(self) -> None:
        for _ in range(4):
            self.house.wait(self.chat.previews.decide())
            Deferred.fromCoroutine(self.worker.step())
            self.house.turn()
        self.assertEqual(self.house.wait(self.chat.database.read(lambda db: outbox.count(db, "preview"))), 0)

    def message(self, seq: Seq) -> Message:
        found = self.house.wait(self.chat.database.read(lambda db: messages.maybe(db, LOBBY, seq)))
        assert found is not None
        return found


class Story(PreviewCase):
    def test_story(self) -> None:
        """The room is told of the message, and a moment later of its preview; its picture is kept here."""
        self.sites.answers["https://a.example/dot.png"] = Answer(200, {"content-type": "image/png"}, picture())
        anna = self.house.connect(self.anna)
        seq = self.post()
        rev = anna.next("message")["rev"]
        self.work()
        row = anna.next("message")
        self.assertEqual((row["seq"], row["rev"]), (seq, rev + 1))
        (card,) = row["previews"]
        self.assertEqual(
            {name: card[name] for name in ("url", "title", "description", "site")},
            {
                "url": "https://a.example/tea",
                "title": "Tea & biscuits",
                "description": "How to bake",
                "site": "Kitchen",
            },
        )
        self.assertTrue(card["image"].startswith(PREVIEW))
        self.assertTrue(self.house.wait(self.chat.pictures.read(card["image"], 128)).startswith(b"RIFF"))
        # Nobody's picture, and not swept away for it.
        self.house.wait(self.chat.pictures.sweep())
        self.house.wait(self.chat.pictures.read(card["image"], 128))
        # The same link again is not fetched again.
        again = self.post("once more: https://a.example/tea")
        self.work()
        self.assertEqual(len(self.message(again).previews), 1)
        self.assertEqual(self.sites.asked, ["https://a.example/tea", "https://a.example/dot.png"])

    def test_off(self) -> None:
        """Unless it is decided otherwise nobody is called; not for what was said before either."""
        self.house.wait(self.chat.settings.change(self.anna, previews=False))
        self.post()
        self.work()
        self.house.wait(self.chat.settings.change(self.anna, previews=True))
        self.work()
        self.assertEqual(self.sites.asked, [])
        self.assertFalse(self.chat.about().registration == "closed")

    def test_edited(self) -> None:
        """What was changed or deleted meanwhile gets none."""
        seq = self.post()
        self.house.wait(self.chat.previews.decide())
        self.house.wait(self.chat.messages.edit(self.mei, EditMessage(0, LOBBY, seq, "never mind")))
        self.work()
        self.assertEqual((self.message(seq).previews, self.sites.asked), ((), []))

    def test_redirects(self) -> None:
        """Each step of the way is asked for by itself, and there are not many."""
        for number in range(4):
            target = f"/{number + 1}" if number else "https://b.example/1"
            start = "https://b.example/" if number else "https://a.example/"
            self.sites.answers[f"{start}{number}"] = Answer(302, {"location": target}, b"")
        self.sites.answers["https://b.example/4"] = Answer(200, HTML, b"<title>Too far</title>")
        seq = self.post("https://a.example/0")
        self.work()
        self.assertEqual(self.message(seq).previews, ())
        self.assertEqual(len(self.sites.asked), 4)
        seq = self.post("https://b.example/1")
        self.work()
        self.assertEqual(self.message(seq).previews, (Preview("https://b.example/1", "Too far"),))

    def test_nothing(self) -> None:
        """Pages that are none, that fail, that lead into the house, or say nothing, are left alone for a day."""
        self.sites.answers.update({
            "https://a.example/pdf": Answer(200, {"content-type": "application/pdf"}, b"%PDF"),
            "https://a.example/404": Answer(404, HTML, PAGE),
            "https://a.example/in": Answer(302, {"location": "http://127.0.0.1/"}, b""),
            "http://127.0.0.1/": Forbidden("its host is no public one"),
            "https://a.example/odd": Answer(302, {"location": "http://[::1"}, b""),
            "https://a.example/empty": Answer(200, HTML, b"<p>"),
        })  # fmt: skip
        for name in ("pdf", "404", "in", "odd", "empty"):
            for _ in range(2):
                seq = self.post(f"https://a.example/{name}")
                self.work()
                self.assertEqual(self.message(seq).previews, (), name)
        self.assertEqual(len(self.sites.asked), 6)
        self.house.now.ms += 86_400_000
        self.house.wait(self.chat.previews.sweep())
        self.post("https://a.example/empty")
        self.work()
        self.assertEqual(len(self.sites.asked), 7)

    def test_bad_picture(self) -> None:
        """A picture that is none is left out."""
        self.sites.answers["https://a.example/dot.png"] = Answer(200, {"content-type": "image/png"}, b"<svg>")
        seq = self.post()
        self.work()
        self.assertEqual([card.image for card in self.message(seq).previews], [None])

    def test_removed(self) -> None:
        """Its author, or a moderator, takes them away, for good; others do not."""
        seq = self.post()
        self.work()
        ola = self.house.register("ola")
        self.assertEqual(self.house.refusal(self.chat.previews.remove(ola, LOBBY, seq)), "forbidden")
        changed = self.house.wait(self.chat.previews.remove(self.mei, LOBBY, seq))
        self.assertEqual((self.message(seq).previews, self.message(seq).rev), ((), changed.rev))
        self.assertEqual(self.house.wait(self.chat.previews.remove(self.anna, LOBBY, seq)), changed)
        self.work()
        self.assertEqual(self.message(seq).previews, ())
        self.assertEqual(self.house.refusal(self.chat.previews.remove(self.mei, LOBBY, Seq(99))), "no_such_message")
        other = self.post()
        self.work()
        self.house.wait(self.chat.previews.remove(self.anna, LOBBY, other))
        page = self.house.wait(self.chat.administration.acts(self.anna, None, LOBBY, None, 9))
        self.assertEqual(page.entries[0].action, "message.previews")


class Reading(SynchronousTestCase):
    def test_pages(self) -> None:
        """Open Graph before the rest; any charset; nothing of the body."""
        said = read_page(PAGE, "text/html")
        self.assertEqual(said, Said("Tea & biscuits", "How to bake", "Kitchen", "/dot.png"))
        for body, kind, title in (
            ("<title>茶</title>".encode("gb18030"), "text/html; charset=gb18030", "茶"),
            ("<meta charset='gbk'><title>茶</title>".encode("gbk"), "text/html", "茶"),
            ("<title>茶</title>".encode(), "text/html; charset=no-such", "茶"),
            (b"<title>x</title>", "text/html; charset=hex", "x"),
            (b"\xff\xfe<title>\xff</title>", "", "�"),
            ("<title>a\u202eb\u200b\x07c</title>".encode(), "", "a b c"),
            (b"<body><title>late</title>", "", ""),
            (b"<TITLE lang=en>\n one\n two</TITLE>", "", "one two"),
            (b"<title>" + b"x" * 900 + b"</title>", "", "x" * 199 + "…"),
            (b"<meta name=og:title content='>'><title>", "", ""),
            (b"", "", ""),
        ):
            self.assertEqual(read_page(body, kind).title, title, body[:40])

    def test_hostile(self) -> None:
        """No page keeps the server busy."""
        for unit in (
            b"<",
            b"<!--",
            b"<a ",
            b"<a b='",
            b"<title>",
            b"<title",
            b"<meta ",
            b"<meta a=",
            b"&#",
            b"<![CDATA[",
        ):
            start = time.perf_counter()
            read_page((unit * 524_288)[:524_288], "text/html")
            self.assertLess(time.perf_counter() - start, 1.0, unit)
