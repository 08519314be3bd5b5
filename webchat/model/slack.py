"""What other programs send to an incoming webhook: a text, or a message in the shape that Slack gave such requests."""

from __future__ import annotations

import html
import re
from typing import Annotated, Any
from urllib.parse import parse_qs

import msgspec
from msgspec import Meta, Struct

from webchat.model.ids import MAX_INT, Seq
from webchat.model.refusals import BadRequest

_LINK = re.compile(r"<((?:https?|mailto):[^|<>\s]+)(?:\|([^<>]*))?>")
_CALL = re.compile(r"<!(channel|everyone|here)(?:\|[^<>]*)?>")
_NAMED = re.compile(r"<([#@])[A-Z0-9]+\|([^<>]+)>")
MOST_PARTS = 100
"""Attachments, blocks, fields that are read; what is beyond them is left out."""

ASeq = Annotated[Seq, Meta(ge=1, le=MAX_INT)]


class Said(Struct, frozen=True):
    """A request's body.  Members that are not named here are nobody's mistake: Slack has many, and gets new ones."""

    text: str = ""
    attachments: list[dict[str, Any]] = []
    blocks: list[dict[str, Any]] = []
    reply: ASeq | None = None
    thread: ASeq | None = None
    nonce: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


_decoder = msgspec.json.Decoder(Said)


def read_said(body: bytes) -> Said:
    """The *body* of a request, JSON or a form with `payload=`; its text with all that is around it.

    What it is, it shows by itself: programs that send JSON often call it something else.  Raises BadRequest.
    """
    try:
        if not body.lstrip().startswith(b"{"):
            given = parse_qs(body.decode(), strict_parsing=True, max_num_fields=20).get("payload", [])
            if len(given) != 1:
                raise BadRequest("Send a JSON object, or a form with one payload.", field="payload")
            body = given[0].encode()
        said = _decoder.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        found = re.search(r"\$\.(\w+)", str(error))
        raise BadRequest("The body is not what a webhook takes.", field=found[1] if found else None) from None
    return msgspec.structs.replace(said, text=_whole(said))


def _whole(said: Said) -> str:
    parts = [said.text] if said.text else [_block(block) for block in said.blocks[:MOST_PARTS]]
    parts += [_attachment(one) for one in said.attachments[:MOST_PARTS]]
    return "\n".join(unslacked(part) for part in parts if part)


def unslacked(text: str) -> str:
    """*text* as it is written here: links, calls and references without Slack's brackets, its escapes undone."""
    text = _LINK.sub(lambda found: f"[{found[2]}]({found[1]})" if found[2] else found[1], text)
    text = _CALL.sub(lambda found: "@here" if found[1] == "here" else "@all", text)
    text = _NAMED.sub(r"\1\2", text)
    return html.unescape(text)


def _attachment(one: dict[str, Any]) -> str:
    title, link = _text(one.get("title")), _text(one.get("title_link"))
    if title and link:
        title = f"<{link}|{title}>"
    fields = [
        ": ".join(filter(None, (_text(f.get("title")), _text(f.get("value"))))) for f in _dicts(one.get("fields"))
    ]
    blocks = [_block(block) for block in _dicts(one.get("blocks"))]
    lines = [_text(one.get("pretext")), title, _text(one.get("text")), *fields, *blocks]
    return "\n".join(filter(None, lines)) or _text(one.get("fallback"))


def _block(block: dict[str, Any]) -> str:
    parts = [block.get("text"), *_dicts(block.get("fields")), *_dicts(block.get("elements"))]
    return "\n".join(filter(None, map(_text, parts)))


def _text(found: Any) -> str:
    """A text, or what a text object holds."""
    if isinstance(found, dict):
        found = found.get("text")
        # A button's label is an object once more.
        found = found.get("text") if isinstance(found, dict) else found
    return found if isinstance(found, str) else ""


def _dicts(found: Any) -> list[dict[str, Any]]:
    return [one for one in found[:MOST_PARTS] if isinstance(one, dict)] if isinstance(found, list) else []
