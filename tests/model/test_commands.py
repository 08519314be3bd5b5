"""What can be asked: read strictly, or not at all."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from twisted.trial.unittest import SynchronousTestCase

from webchat.model.commands import (
    MAX_ROOMS_IN_HELLO,
    MAX_WATCHED,
    DeleteMessage,
    EditMessage,
    Frame,
    Hello,
    JoinRoom,
    LeaveRoom,
    LookUpUsers,
    MarkDraft,
    MarkRead,
    MarkUnread,
    Pin,
    Ping,
    PostMessage,
    React,
    RunCommand,
    SetStatus,
    ShowActivity,
    ShowTyping,
    Sync,
    Watch,
)
from webchat.model.ids import MAX_INT
from webchat.model.text import MESSAGE_LIMIT

decoder = msgspec.json.Decoder(Frame)

GOOD: dict[type, dict[str, Any]] = {
    Hello: {"type": "hello", "token": "t", "epoch": "e", "rooms": {"1": 0, "9007199254740992": 3}},
    PostMessage: {"type": "post", "id": 1, "room": 1, "text": "hi", "nonce": "n"},
    RunCommand: {"type": "command", "id": 1, "room": 1, "text": "/me waves", "nonce": "n"},
    EditMessage: {"type": "edit", "id": 1, "room": 1, "seq": 1, "text": "hi", "if_rev": 1},
    DeleteMessage: {"type": "delete", "id": 1, "room": 1, "seq": 1},
    MarkRead: {"type": "read", "id": 1, "room": 1, "seq": 0},
    JoinRoom: {"type": "join", "id": 1, "room": 1},
    LeaveRoom: {"type": "leave", "id": 1, "room": 1},
    ShowTyping: {"type": "typing", "room": 1},
    ShowActivity: {"type": "active", "idle": True},
    SetStatus: {"type": "status", "id": 1, "status": "busy"},
    Watch: {"type": "watch", "id": 1, "users": [1, 2]},
    MarkDraft: {"type": "draft", "id": 1, "room": 1, "draft": False},
    Sync: {"type": "sync", "id": 1, "room": 1, "rev": 0},
    LookUpUsers: {"type": "users", "id": 1, "ids": [1, 2]},
    Ping: {"type": "ping", "id": 0},
    React: {"type": "react", "id": 1, "room": 1, "seq": 1, "emoji": "🍵", "on": True},
    Pin: {"type": "pin", "id": 1, "room": 1, "seq": 1, "on": False},
    MarkUnread: {"type": "unread", "id": 1, "room": 1, "seq": 1},
}


class Reading(SynchronousTestCase):
    def refused(self, frame: object) -> None:
        data = frame if isinstance(frame, bytes) else json.dumps(frame).encode()
        try:
            read = decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return
        self.fail(f"{data[:200]!r} was read as {read!r}")

    def test_good(self) -> None:
        """Every command is read as what it says it is."""
        for kind, frame in GOOD.items():
            self.assertIs(type(decoder.decode(json.dumps(frame))), kind)
        self.assertEqual(set(GOOD), set(Frame.__args__))  # type: ignore[attr-defined]

    def test_order_of_fields(self) -> None:
        """The fields of a command may come in any order."""
        for kind, frame in GOOD.items():
            turned = dict(reversed(frame.items()))
            self.assertEqual(decoder.decode(json.dumps(turned)), decoder.decode(json.dumps(frame)), kind)

    def test_unknown_fields(self) -> None:
        """A field that does not belong to a command is refused, before and behind its type."""
        for frame in GOOD.values():
            self.refused({**frame, "extra": 1})
            self.refused({"extra": 1, **frame})
            self.refused({**frame, "": None})

    def test_missing_fields(self) -> None:
        """A command that lacks what it needs is refused."""
        optional = {"token", "epoch", "rooms", "nonce", "if_rev", "users"}
        for frame in GOOD.values():
            for name in frame.keys() - optional:
                self.refused({key: value for key, value in frame.items() if key != name})

    def test_unknown_types(self) -> None:
        """A command that nobody knows is refused."""
        for kind in ("", "Post", "nope", None, 1, [], {}, True):
            self.refused({"type": kind, "id": 1})
        for frame in ([], {}, None, 1, "post", [GOOD[Ping]]):
            self.refused(frame)

    def test_wrong_types(self) -> None:
        """A number is no text, a text is no number, and neither is guessed from the other."""
        wrong: dict[type, list[object]] = {
            int: ["1", 1.5, True, None, [], {}, [1], "", "NaN"],
            str: [1, True, [], {}, ["a"], 1.5],
            dict: [[], "", 1, [["1", 2]], True],
            bool: [0, 1, "true", None, [], {}],
            list: [{}, "12", 1, True, ["1"], [[1]], [None], [True]],
        }
        for frame in GOOD.values():
            for name, value in frame.items():
                for other in wrong[type(value)]:
                    if other is None and name == "if_rev":
                        continue
                    self.refused({**frame, name: other})

    def test_huge_numbers(self) -> None:
        """A number beyond what a browser counts exactly is refused, and so is one below zero."""
        self.assertEqual(decoder.decode(json.dumps({**GOOD[Ping], "id": MAX_INT})), Ping(MAX_INT))
        for frame in GOOD.values():
            for name, value in frame.items():
                if type(value) is int:
                    for other in (MAX_INT + 1, 2**63, 2**64, 10**30, 10**400, -1, -(2**63), 1e300):
                        self.refused({**frame, name: other})
        for name in ("room", "seq", "if_rev"):
            self.refused({**GOOD[EditMessage], name: 0})

    def test_not_a_number(self) -> None:
        """NaN and infinity are no JSON."""
        for word in (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"0x10", b"01", b"+1", b"1_0"):
            self.refused(b'{"type":"ping","id":' + word + b"}")

    def test_deep_nesting(self) -> None:
        """Brackets in brackets without end are refused, and hurt nobody."""
        for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
            deep = opening * 50_000 + b"1" + closing * 50_000
            self.refused(deep)
            self.refused(b'{"type":"ping","id":' + deep + b"}")
            self.refused(b'{"type":"ping","id":1,"extra":' + deep + b"}")
            self.refused(b'{"extra":' + deep + b',"type":"ping","id":1}')
            self.refused(b'{"type":"hello","rooms":' + deep + b"}")
        self.assertEqual(decoder.decode(b'{"type":"ping","id":1}'), Ping(1))

    def test_broken(self) -> None:
        """What is cut short, doubled or not UTF-8 is refused."""
        for data in (
            b"",
            b"{",
            b'{"type":"ping","id":1',
            b'{"type":"ping","id":1}{}',
            b'{"type":"ping",id:1}',
            b"\x00",
        ):
            self.refused(data)
        for text in (b"\xff", b"\xc3\x28", b"\xed\xa0\x80"):
            self.refused(b'{"type":"post","id":1,"room":1,"text":"' + text + b'"}')

    def test_text(self) -> None:
        """A text a little too long is still read, so that the answer can say so; an enormous one is not."""
        frame = GOOD[PostMessage]
        self.assertEqual(len(decoder.decode(json.dumps({**frame, "text": "a" * (MESSAGE_LIMIT + 1)})).text), 10_001)
        self.refused({**frame, "text": "a" * 60_001})

    def test_nonce(self) -> None:
        """A nonce has 1 to 64 characters; which ones, `check_nonce` says."""
        for nonce in ("a", "~" * 64, "!", "0c1d-2e_3f"):
            self.assertEqual(decoder.decode(json.dumps({**GOOD[PostMessage], "nonce": nonce})).nonce, nonce)
        for nonce in ("", "a" * 65):
            self.refused({**GOOD[PostMessage], "nonce": nonce})

    def test_hello(self) -> None:
        """The rooms one holds are named by plain numbers, and there is a limit to them."""
        for key in ("0", "01", "-1", "a", "", "1.0", " 1", "1" * 17):
            self.refused({"type": "hello", "rooms": {key: 1}})
        for rev in (-1, "1", None, 1.5, MAX_INT + 1):
            self.refused({"type": "hello", "rooms": {"1": rev}})
        full = {str(number): 1 for number in range(1, MAX_ROOMS_IN_HELLO + 1)}
        self.assertEqual(len(decoder.decode(json.dumps({"type": "hello", "rooms": full})).rooms), 2_000)
        self.refused({"type": "hello", "rooms": {**full, "2001": 1}})
        self.refused({"type": "hello", "token": "a" * 201})
        self.refused({"type": "hello", "epoch": "a" * 65})

    def test_users(self) -> None:
        """1 to 200 people can be looked up at once."""
        self.assertEqual(len(decoder.decode(json.dumps({**GOOD[LookUpUsers], "ids": [1] * 200})).ids), 200)
        for ids in ([], [1] * 201, [0], [-1], [MAX_INT + 1]):
            self.refused({**GOOD[LookUpUsers], "ids": ids})

    def test_watched(self) -> None:
        """Nobody watches more people than there is room for, nor a status that there is none of."""
        watch = GOOD[Watch]
        most = list(range(1, MAX_WATCHED + 1))
        self.assertEqual(decoder.decode(json.dumps({**watch, "users": most, "room": 7})), Watch(1, 7, tuple(most)))
        self.refused({**watch, "users": [*most, 501]})
        self.refused({**watch, "room": 0})
        self.refused({**GOOD[SetStatus], "status": "online"})
