"""A plain HTTP client of the API, blocking, for the harness: one connection a request, nothing of the server's code."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from tests.doorstep.logs import Fields, message_fields

PAGE = 200


class Refused(Exception):
    """The server said no; *status* and *code* say how."""

    def __init__(self, status: int, answer: Fields) -> None:
        super().__init__(f"{status} {answer}")
        self.status, self.code = status, answer.get("code")
        self.retry_after = answer.get("retry_after")


class Api:
    """The API at *base* (`http://127.0.0.1:PORT`), as the owner of *token* or of the cookie from signing in."""

    def __init__(self, base: str, token: str | None = None, timeout: float = 10.0) -> None:
        parts = urlsplit(base)
        self._host, self._port, self._origin = parts.hostname or "127.0.0.1", parts.port or 80, base
        self._token, self._timeout = token, timeout
        self._cookie: str | None = None

    def get(self, path: str) -> Fields:
        return self.ask("GET", path)

    def post(self, path: str, **body: Any) -> Fields:
        return self.ask("POST", path, body)

    def ask(self, method: str, path: str, body: Fields | None = None) -> Fields:
        """What the server answers.  Raises Refused, or OSError where it does not answer."""
        headers = {"Accept": "application/json"}
        if self._token:
            headers["Authorization"] = "Bearer " + self._token
        if self._cookie:
            headers |= {"Cookie": self._cookie, "Origin": self._origin}
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        try:
            connection.request(method, path if path.startswith("/") else "/api/v1/" + path, content, headers)
            response = connection.getresponse()
            raw = response.read()
            if cookie := response.getheader("Set-Cookie"):
                self._cookie = cookie.split(";")[0]
        except http.client.HTTPException as broken:
            raise OSError(f"no answer: {broken!r}") from broken
        finally:
            connection.close()
        try:
            answer = json.loads(raw) if raw else {}
        except ValueError:
            answer = {"text": raw.decode("utf-8", "replace")}
        if response.status >= 400:
            raise Refused(response.status, answer)
        return answer if isinstance(answer, dict) else {"answer": answer}


def page_fields(page: Fields) -> Fields:
    """A page of history as log and checker hold it."""
    return {
        "room": page["room"],
        "epoch": page["epoch"],
        "seq": page["seq"],
        "rev": page["rev"],
        "rows": [message_fields(row) for row in page["messages"]],
    }


def fetch_history(reader: Api, rooms: Iterable[int], everybody: dict[int, Api]) -> Fields:
    """The final history of *rooms*, read all three ways by somebody who is in them, and each user's own states."""
    history: Fields = {"epoch": reader.get("me/rooms")["epoch"], "rooms": {}, "users": {}}
    for room in rooms:
        history["rooms"][str(room)] = _fetch_room(reader, room)
    for user, api in everybody.items():
        history["users"][str(user)] = {
            str(state["room"]): {"seq": state["seq"], "rev": state["rev"], "read": state["read"]}
            for state in api.get("me/rooms")["rooms"]
        }
    return history


def _fetch_room(reader: Api, room: int) -> Fields:
    state = reader.get(f"rooms/{room}")
    forward: list[Fields] = []
    while True:
        page = reader.get(f"rooms/{room}/messages?after={forward[-1]['seq'] if forward else 0}&limit={PAGE}")
        forward += (message_fields(row) for row in page["messages"])
        if page["at_end"] or not page["messages"]:
            break
    backward: list[Fields] = []
    where = ""
    while True:
        page = reader.get(f"rooms/{room}/messages?limit={PAGE}{where}")
        backward += reversed([message_fields(row) for row in page["messages"]])
        if page["at_start"] or not page["messages"]:
            break
        where = f"&before={backward[-1]['seq']}"
    around: list[Fields] = []
    for middle in sorted({1, state["seq"] // 3, state["seq"] // 2, state["seq"]} - {0}) if state["seq"] else ():
        around += map(message_fields, reader.get(f"rooms/{room}/messages?around={middle}&limit=50")["messages"])
    return {
        "seq": state["seq"],
        "floor": state.get("floor", 0),
        "rev": state["rev"],
        "messages": forward,
        "backward": [[row["seq"], row["rev"], row["digest"]] for row in backward],
        "around": [[row["seq"], row["rev"], row["digest"]] for row in around],
    }
