"""What the older clients send: JSON, or a form in either of its encodings, whatever they announced elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from io import SEEK_END
from typing import IO, Any
from urllib.parse import parse_qsl

import attrs
import msgspec
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from webchat.model.refusals import BadRequest, BadText, TooLarge

MOST_PARTS = 12
MOST_IN_FIELDS = 65_536
MOST_IN_PARTS = 4 * MOST_IN_FIELDS
"""As Werkzeug counts it: with what its parser, which reads so many bytes at once, has not taken apart yet."""
_LONGEST_QUERY = 8_192


@attrs.frozen
class Form:
    """The fields of a body, of any JSON type where it was JSON, and the file in it, if there was one."""

    fields: Mapping[str, Any] = attrs.field(factory=dict)
    file: bytes | None = None


def read_form(content: IO[bytes], media_type: str) -> Form:
    """The body *content*, sent as *media_type*.  Raises BadRequest, BadText, TooLarge."""
    kind, options = parse_options_header(media_type)
    if kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return _read_encoded(content, kind, options)
    body = content.read(MOST_IN_FIELDS + 1)
    if len(body) > MOST_IN_FIELDS:
        raise TooLarge
    if not body:
        return Form()
    try:
        fields = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadRequest from None
    if not isinstance(fields, dict):
        raise BadRequest
    return Form(_checked(fields))


def _read_encoded(content: IO[bytes], kind: str, options: dict[str, str]) -> Form:
    # That encoding the parser reads at once, whatever it is told.
    if kind != "multipart/form-data" and _size(content) > MOST_IN_FIELDS:
        raise TooLarge
    parser = FormDataParser(max_form_memory_size=MOST_IN_PARTS, max_form_parts=MOST_PARTS, silent=False)
    try:
        _, fields, files = parser.parse(content, kind, None, options)
    except RequestEntityTooLarge:
        raise TooLarge from None
    except ValueError:
        raise BadRequest from None
    try:
        found = files.get("file")
        return Form(_checked(fields.to_dict()), None if found is None else found.stream.read())
    finally:
        for file in files.values():
            file.close()


def read_query(uri: bytes) -> dict[str, str]:
    """The query of *uri*; of a name that stands twice the last value.  Raises BadRequest, BadText."""
    raw = uri.partition(b"?")[2]
    if len(raw) > _LONGEST_QUERY:
        raise BadRequest
    try:
        return _checked(dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_PARTS)))
    except ValueError:
        raise BadRequest from None


def _size(content: IO[bytes]) -> int:
    size = content.seek(0, SEEK_END)
    content.seek(0)
    return size


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    for value in fields.values():
        if isinstance(value, str) and "\0" in value:
            raise BadText
    return fields
