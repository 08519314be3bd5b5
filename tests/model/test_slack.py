"""Bodies of incoming webhooks: our shape, Slack's, and nonsense."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.refusals import BadRequest
from webchat.model.slack import MOST_PARTS, read_said, unslacked


def text_of(**members: Any) -> str:
    return read_said(json.dumps(members).encode()).text


class Reading(SynchronousTestCase):
    def test_plain(self) -> None:
        """A text, and what goes with it; members that nobody knows are let pass."""
        said = read_said(b'{"text": "Tea", "reply": 3, "thread": 1, "nonce": "n1", "icon_emoji": ":tea:"}')
        self.assertEqual((said.text, said.reply, said.thread, said.nonce), ("Tea", 3, 1, "n1"))

    def test_form(self) -> None:
        """Slack's old way is a form with the JSON in it."""
        self.assertEqual(read_said(urlencode({"payload": '{"text": "茶 & tea"}'}).encode()).text, "茶 & tea")

    def test_marks(self) -> None:
        """Slack's brackets become what is written here."""
        for given, wanted in (
            ("see <https://a.example/b?c=1&amp;d=2|the build>", "see [the build](https://a.example/b?c=1&d=2)"),
            ("<https://a.example>", "https://a.example"),
            ("<!channel> and <!here>", "@all and @here"),
            ("<!subteam^S1|@team> stays", "<!subteam^S1|@team> stays"),
            ("<#C024BE7LR|general> <@U1|mei>", "#general @mei"),
            ("1 &lt; 2 &amp;&amp; 3 > 2", "1 < 2 && 3 > 2"),
            ("<javascript:alert(1)|x>", "<javascript:alert(1)|x>"),
        ):
            self.assertEqual(unslacked(given), wanted)

    def test_attachments(self) -> None:
        """Attachments follow the text; their fallback stands for those that say nothing else."""
        one = {
            "pretext": "Build",
            "title": "#7",
            "title_link": "https://ci.example/7",
            "text": "failed",
            "fields": [{"title": "Branch", "value": "main"}, {"value": "3 min"}, 7],
            "fallback": "unseen",
        }
        self.assertEqual(
            text_of(text="CI", attachments=[one, {"fallback": "seen"}]),
            "CI\nBuild\n[#7](https://ci.example/7)\nfailed\nBranch: main\n3 min\nseen",
        )

    def test_blocks(self) -> None:
        """Blocks are read where there is no text beside them."""
        blocks = [
            {"type": "header", "text": {"type": "plain_text", "text": "Build"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "failed"}, "fields": [{"text": "main"}]},
            {"type": "context", "elements": [{"text": "3 min"}, {"type": "button", "text": {"text": "Open"}}]},
            {"type": "divider"},
        ]
        self.assertEqual(text_of(blocks=blocks), "Build\nfailed\nmain\n3 min\nOpen")
        self.assertEqual(text_of(blocks=blocks, text="short"), "short")

    def test_bounds(self) -> None:
        """No more parts are read than anybody would."""
        many = [{"text": {"text": "x"}}] * (MOST_PARTS + 1)
        self.assertEqual(len(text_of(blocks=many).split()), MOST_PARTS)

    def test_nonsense(self) -> None:
        """What is no such body is a bad request, and says where."""
        for body, field in (
            (b"", "payload"),
            (b"tea", None),
            (b"{", None),
            (b"[]", None),
            (b'{"text": 1}', "text"),
            (b'{"reply": 0}', "reply"),
            (b'{"attachments": {}}', "attachments"),
            (b'{"blocks": ["x"]}', "blocks"),
            (b'{"nonce": ""}', "nonce"),
            (b"payload=", "payload"),
            (b"payload=%7B%7D&payload=%7B%7D", "payload"),
            (b"text=tea", "payload"),
            (b'{"a":' * 30_000, None),
            (b"\xff\xfe", None),
            (b"&".join(b"a=1" for _ in range(50)), None),
        ):
            with self.assertRaises(BadRequest) as caught:
                read_said(body)
            self.assertEqual(caught.exception.field, field, body[:40])
