"""JSON from strangers: what is taken, and with which words the rest is not."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from webchat.model.refusals import BadRequest
from webchat.ws.strict import MAX_DEPTH, MAX_ITEMS, NotJson, read


class Strict(SynchronousTestCase):
    def test_taken(self) -> None:
        """Ordinary JSON is read as it stands; of a name that stands twice the last value counts."""
        for text, value in (
            ('{"a":[1,-2.5,true,null,"x"]}', {"a": [1, -2.5, True, None, "x"]}),
            ('{"a":1,"a":2}', {"a": 2}),
            (' "张三 \\ud83d\\ude00" ', "张三 \U0001f600"),
            (str(2**53), 2**53),
            ("[" * MAX_DEPTH + "]" * MAX_DEPTH, json.loads("[" * MAX_DEPTH + "]" * MAX_DEPTH)),
            (json.dumps(list(range(MAX_ITEMS))), list(range(MAX_ITEMS))),
        ):
            self.assertEqual(read(text), value)
            self.assertEqual(read(text.encode()), value)

    def test_not_taken(self) -> None:
        """JSON that cannot be kept alike everywhere, or that is too much, is refused."""
        for text in (
            '"\\ud800"', '["\\udc00x"]', '{"\\ud83d":1}', '"a\\u0000b"', '{"\\u0000":1}', str(2**53 + 1),
            str(-(2**53) - 1), "9" * 30, "9" * 5_000, "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
            "[" * 3_000 + "]" * 3_000,             '{"a":' * 20 + "1" + "}" * 20, json.dumps([0] * (MAX_ITEMS + 1)),
            json.dumps({str(number): [number] for number in range(600)}), json.dumps([[0] * 40] * 40),
        ):  # fmt: skip
            with self.assertRaises(BadRequest, msg=text[:40]):
                read(text)

    def test_not_json(self) -> None:
        """What is not even JSON is said to be none."""
        for text in ("", "x", "[1", "{'a':1}", "NaN", "[Infinity]", '"a\nb"', "01", "[1,]", "\ufeff1", "1 2"):
            with self.assertRaises(NotJson, msg=text):
                read(text)
        with self.assertRaises(NotJson):
            read(b'"\xff"')

    @settings(max_examples=200, deadline=None)
    @given(st.one_of(st.binary(max_size=60), st.text('[]{}",:\\u0d8ntrue1e.-', max_size=60)))
    def test_anything(self, payload: bytes | str) -> None:
        """Whatever comes is read or refused, and never breaks anything."""
        try:
            value = read(payload)
        except (NotJson, BadRequest):
            return
        self.assertEqual(read(json.dumps(value)), value)
