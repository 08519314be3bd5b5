"""Looks at the pages that messages link to: what they say of themselves (Open Graph, else title and description)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from itertools import islice
from urllib.parse import urljoin

import attrs
from twisted.logger import Logger

from webchat.chat.images import Images
from webchat.chat.pictures import PREVIEW
from webchat.chat.previews import Previews
from webchat.jobs.outside import Answer, Outside, Unreachable
from webchat.model.extras import Preview
from webchat.model.ids import Millis
from webchat.model.refusals import BadPicture, Busy, Unavailable
from webchat.store.outbox import Job

SECONDS = 5.0
MOST_BYTES = 512 * 1024
MOST_REDIRECTS = 3
TITLE, DESCRIPTION, SITE = 200, 300, 80
"""Characters."""
LATE = 600_000
"""ms after which nobody looks at the message any more."""
_REDIRECTS = (301, 302, 303, 307, 308)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([a-zA-Z0-9_.:-]{1,40})", re.IGNORECASE)
_END_OF_HEAD = re.compile(r"</head|<body", re.IGNORECASE)
_TAG = re.compile(r"<meta\s[^<>]{1,4000}>|<title(?:\s[^<>]{0,200})?>[^<]{0,1000}", re.IGNORECASE)
MOST_TAGS = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")


@attrs.define(eq=False)
class Fetcher:
    """Does the jobs of kind `preview`."""

    _previews: Previews
    _outside: Outside
    _images: Images | None
    _token_bytes: Callable[[int], bytes]
    _now: Callable[[], Millis]
    fetched: int = attrs.field(default=0, init=False)
    _log = Logger()

    async def deliver(self, job: Job) -> None:
        """Looks at the links of one message; what could not be had is not tried again."""
        if job.created < self._now() - LATE:
            return
        place, links = await self._previews.links(job)
        cards = [card for link in links if (card := await self._card(link)) is not None]
        if cards:
            await self._previews.attach(place, cards)

    async def _card(self, url: str) -> Preview | None:
        is_known, card = await self._previews.known(url)
        if not is_known:
            card = await self._looked_at(url)
            await self._previews.learn(url, card)
        return card

    async def _looked_at(self, url: str) -> Preview | None:
        try:
            where, answer = await self._get(url, "text/html,application/xhtml+xml", _is_page)
        except Unreachable as why:
            self._log.debug("A page could not be looked at: {why}", why=str(why))
            return None
        self.fetched += 1
        said = read_page(answer.body, answer.headers.get("content-type", ""))
        if not said.title:
            return None
        image = await self._image(urljoin(where, said.image)) if said.image else None
        return Preview(url, said.title, said.description, said.site, image)

    async def _image(self, url: str) -> str | None:
        """The name of the picture that is kept of the one at *url*; None where that is none."""
        if self._images is None:
            return None
        try:
            _, answer = await self._get(url, "image/webp,image/png,image/jpeg,image/gif", _is_image)
            name = PREVIEW + self._token_bytes(12).hex()
            await self._images.take(answer.body, name)
        except (Unreachable, BadPicture, Busy, Unavailable, ValueError):
            return None
        return name

    async def _get(self, url: str, accept: str, only: Callable[[int, Mapping[str, str]], bool]) -> tuple[str, Answer]:
        """Where it was found in the end, and what.  Each step of the way is looked at like the first.  Unreachable."""
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._outside.ask(
                "GET", url, headers={"Accept": accept}, limit=MOST_BYTES, seconds=SECONDS, only=only
            )
            if answer.status in _REDIRECTS and "location" in answer.headers:
                try:
                    url = urljoin(url, answer.headers["location"])
                except ValueError:
                    raise Unreachable("it leads nowhere") from None
                continue
            if not only(answer.status, answer.headers):
                raise Unreachable(f"status {answer.status}, or of another kind")
            return url, answer
        raise Unreachable("it leads on and on")


def _is_page(status: int, headers: Mapping[str, str]) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return status == 200 and kind in ("text/html", "application/xhtml+xml")


def _is_image(status: int, headers: Mapping[str, str]) -> bool:
    return status == 200 and headers.get("content-type", "").lower().startswith("image/")


@attrs.frozen
class Said:
    """What a page says of itself; what it does not say is empty."""

    title: str = ""
    description: str = ""
    site: str = ""
    image: str = ""


class _Tags(HTMLParser):
    """Reads `title` and `meta`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.meta: dict[str, str] = {}
        self.title = ""
        self._is_title = False

    def take(self, tag: str) -> None:
        """Reads one tag, and what follows it."""
        self._is_title = False
        self.feed(tag)
        self.close()
        self.reset()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._is_title = tag == "title"
        if tag == "meta":
            found = dict(attributes)
            name, content = (found.get("property") or found.get("name") or "").lower(), found.get("content")
            # The first one counts.
            if name and content:
                self.meta.setdefault(name, content)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)

    def handle_data(self, data: str) -> None:
        if self._is_title:
            self.title = self.title or data


def read_page(body: bytes, content_type: str) -> Said:
    """What the page *body* says of itself.  Never raises, whatever it holds."""
    text = _decoded(body, content_type)
    end = _END_OF_HEAD.search(text)
    tags = _Tags()
    # Only these few are parsed: for a page made to that end, the parser's time grows with the square of its length.
    for match in islice(_TAG.finditer(text, 0, end.start() if end else len(text)), MOST_TAGS):
        tags.take(match[0])
    meta = tags.meta
    return Said(
        _line(meta.get("og:title") or meta.get("twitter:title") or tags.title, TITLE),
        _line(meta.get("og:description") or meta.get("description") or "", DESCRIPTION),
        _line(meta.get("og:site_name") or "", SITE),
        (meta.get("og:image") or meta.get("twitter:image") or "").strip()[:2_000],
    )


def _decoded(body: bytes, content_type: str) -> str:
    found = _CHARSET.search(content_type.encode("latin-1", "replace")) or _CHARSET.search(body[:2_048])
    name = found[1].decode("ascii") if found else "utf-8"
    try:
        text = body.decode(name, "replace")
        return text if isinstance(text, str) else body.decode("utf-8", "replace")
    except (LookupError, ValueError, UnicodeError):
        return body.decode("utf-8", "replace")


def _line(text: str, limit: int) -> str:
    """*text* on one line, without what is not seen or turns the line round, cut where it is too long."""
    line = " ".join(_CONTROL.sub(" ", text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
