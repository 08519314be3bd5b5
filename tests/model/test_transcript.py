"""A room as a page to read."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from twisted.trial.unittest import SynchronousTestCase

from tests.model.test_transfer import END, HEAD, MEI, ONE, PLACE, TWO, replaced
from webchat.model.extras import Extras, File, Forwarded, Reaction
from webchat.model.ids import Millis, UserId
from webchat.model.transcript import Language, Transcript
from webchat.model.transfer import Line

EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}


def page(*lines: Line, language: Language = "en") -> str:
    return b"".join(Transcript(language).written(lines)).decode()


class Pages(SynchronousTestCase):
    def test_read(self) -> None:
        """Title, members, a line for each day, and every message under its author's name."""
        later = replaced(TWO, created=86_400_000 + 3_660_000, edited=1)
        text = page(HEAD, MEI, PLACE, ONE, later, END)
        self.assertIn('<h1 dir="auto">Tea</h1>', text)
        self.assertIn("Members: 梅", text)
        self.assertEqual(re.findall("<h2>(.*?)</h2>", text), ["1970-01-01", "1970-01-02"])
        self.assertEqual(re.findall('<p class="text" dir="auto">(.*?)</p>', text), ["one", "two"])
        self.assertIn('>01:01</time> · edited · in reply to <a href="#m-1">#1</a>', text)
        self.assertTrue(text.endswith("</body>\n</html>\n"))

    def test_languages(self) -> None:
        """Its own words are Chinese where that is asked for."""
        text = page(HEAD, MEI, PLACE, replaced(ONE, text="", deleted=5), TWO, END, language="zh-CN")
        self.assertIn('<html lang="zh-CN">', text)
        self.assertIn("成员：梅", text)
        self.assertIn("消息已删除", text)
        self.assertIn("没有消息", page(replaced(HEAD, seq=0), replaced(END, people=0, messages=0), language="zh-CN"))

    def test_actions(self) -> None:
        """What somebody does stands behind her name, also where others pass it on."""
        done = replaced(ONE, text="waves <b>", extras=Extras(action=True))
        again = replaced(TWO, text="bows", extras=Extras(action=True, forwarded=Forwarded(UserId(9), Millis(1))))
        text = page(HEAD, MEI, PLACE, done, again, END)
        found = re.findall('<p class="text" dir="auto">(.*?)</p>', text)
        self.assertEqual(found, ["<em>梅 waves &lt;b&gt;</em>", "<em>Deleted account bows</em>"])

    def test_nothing_runs(self) -> None:
        """Whatever people wrote stays text."""
        extras = Extras(
            files=(File("f", EVIL, "text/html", "file", 3),),
            reactions=(Reaction(EVIL, 1, ()),),
            forwarded=Forwarded(UserId(1), Millis(1)),
        )
        head = replaced(HEAD, title=EVIL, topic=EVIL)
        text = page(
            head, replaced(MEI, display_name=EVIL), PLACE, replaced(ONE, text=EVIL, extras=extras, nonce=EVIL), TWO, END
        )
        found = Elements()
        found.feed(text)
        self.assertEqual(found.seen & {"script", "img", "iframe", "link", "form", "object"}, set())
        self.assertEqual({name for name in found.attributes if name.startswith("on")}, set())
        self.assertNotIn("<script", text)
        self.assertNotIn("<img", text)
