"""Bodies as the older clients send them."""

from __future__ import annotations

from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from webchat.legacy.forms import MOST_IN_FIELDS, MOST_IN_PARTS, MOST_PARTS, Form, read_form, read_query
from webchat.model.refusals import BadRequest, BadText, Refusal, TooLarge

MULTIPART = "multipart/form-data; boundary=x"
FORM = "application/x-www-form-urlencoded"


def part(name: str, value: bytes, more: str = "") -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value + b"\r\n"


def read(body: bytes, kind: str) -> Form:
    return read_form(BytesIO(body), kind)


class Forms(SynchronousTestCase):
    def test_all_kinds(self) -> None:
        """JSON and both encodings of a form say the same; JSON is also what says nothing of its kind."""
        wanted = {"name": "张三", "n": "1"}
        encoded = b"name=%E5%BC%A0%E4%B8%89&n=1"
        several = part("name", "张三".encode()) + part("n", b"1") + b"--x--\r\n"
        json = '{"name": "张三", "n": "1"}'.encode()
        for body, kind in (
            (encoded, FORM),
            (encoded, f"{FORM};charset=UTF-8"),
            (several, MULTIPART),
            (json, "application/json"),
            (json, ""),
        ):
            self.assertEqual(read(body, kind), Form(wanted), kind)
        self.assertEqual(read(b"", "application/json"), Form())

    def test_file(self) -> None:
        """The file is what is called so, whatever name it brings."""
        body = part("a", b"1") + part("file", b"\x89PNG", '; filename="../x"') + b"--x--\r\n"
        self.assertEqual(read(body, MULTIPART), Form({"a": "1"}, b"\x89PNG"))
        self.assertIsNone(read(part("other", b"x", '; filename="x"') + b"--x--\r\n", MULTIPART).file)

    def test_large_file(self) -> None:
        """A file may be far larger than all fields together."""
        file = bytes(range(256)) * 8_000
        body = part("a", b"1") + part("file", file, '; filename="x"') + part("b", b"2") + b"--x--\r\n"
        self.assertEqual(read(body, MULTIPART), Form({"a": "1", "b": "2"}, file))

    def test_limits(self) -> None:
        """Too many parts, too long fields, too deep JSON, no object: refused."""
        many = b"".join(part(f"f{n}", b"x") for n in range(MOST_PARTS + 1)) + b"--x--\r\n"
        for body, kind, wanted in (
            (many, MULTIPART, TooLarge),
            (part("f", b"x" * 2 * MOST_IN_PARTS) + b"--x--\r\n", MULTIPART, TooLarge),
            (b"f=" + b"x" * MOST_IN_FIELDS * 2, FORM, TooLarge),
            (b'"' + b"x" * MOST_IN_FIELDS + b'"', "application/json", TooLarge),
            (b"[" * 30_000, "application/json", BadRequest),
            (b"[1]", "application/json", BadRequest),
            (b"name=x", "application/json", BadRequest),
            (b"\xff", "application/json", BadRequest),
            (b"no parts", "multipart/form-data", BadRequest),
            (b"name=a%00b", FORM, BadText),
            (b'{"name": "a\\u0000b"}', "application/json", BadText),
        ):
            self.assertRaises(wanted, read, body, kind)

    @given(st.binary(max_size=200), st.sampled_from([MULTIPART, FORM, "application/json", "", "x/y; boundary"]))
    def test_anything(self, body: bytes, kind: str) -> None:
        """Whatever comes is read or refused."""
        try:
            read(body, kind)
            read(part("a", body) + body, MULTIPART)
        except Refusal:
            pass

    def test_query(self) -> None:
        """The last of two values counts; too long or too many are refused."""
        self.assertEqual(read_query(b"/x?a=1&a=%E5%BC%A0&b="), {"a": "张", "b": ""})
        self.assertEqual(read_query(b"/x"), {})
        self.assertRaises(BadRequest, read_query, b"/x?a=" + b"x" * 9_000)
        self.assertRaises(BadRequest, read_query, b"/x?" + b"a=1&" * 20)
        self.assertRaises(BadText, read_query, b"/x?a=%00")
