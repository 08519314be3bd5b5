"""The browser interface's files: what is served, how it is cached, and what is not there."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.http.wire import Client, small_site
from webchat.http.static import build_id

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


class StaticCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        (self.folder / "assets").mkdir(parents=True)
        (self.folder / ".vite").mkdir()
        (self.folder / ".vite" / "manifest.json").write_text("{}")
        (self.folder / "index.html").write_text("<!doctype html><title>webchat</title>")
        (self.folder / "favicon.svg").write_text("<svg/>")
        (self.folder / "assets" / "index-4f3a.js").write_text("console.log(1)")
        (self.folder / "assets" / "index-4f3a.js.br").write_bytes(b"brotli")
        (self.folder / "assets" / "index-4f3a.js.gz").write_bytes(b"gzip")
        (self.folder / "assets" / "odd.xyz").write_bytes(b"?")
        outside = Path(self.mktemp())
        outside.write_text("secret")
        (self.folder / "link.txt").symlink_to(outside.absolute())
        self.client = Client(small_site(static=self.folder))


class FileTests(StaticCase):
    """Files by exact name."""

    def test_hashed(self) -> None:
        """An asset, whose name changes with its content, is kept for ever."""
        answer = self.client.get("/assets/index-4f3a.js")
        self.assertEqual((answer.status, answer.body), (200, b"console.log(1)"))
        self.assertEqual(answer.headers["cache-control"], "public, max-age=31536000, immutable")
        self.assertEqual(answer.headers["content-type"], "text/javascript; charset=utf-8")
        self.assertEqual(answer.headers["vary"], "Accept-Encoding")

    def test_compressed(self) -> None:
        """It comes as it was compressed beforehand, if the client takes that."""
        for accepts, coding in (
            ("gzip, deflate, br", "br"),
            ("gzip", "gzip"),
            ("br;q=0, gzip;q=0.5", "gzip"),
            ("br;q=0.0,gzip;q=0", None),
            ("identity", None),
            ("", None),
            ("BR", "br"),
            ("*", None),
        ):
            answer = self.client.get("/assets/index-4f3a.js", headers={"Accept-Encoding": accepts})
            self.assertEqual(answer.headers.get("content-encoding"), coding, accepts)
            expected = {"br": b"brotli", "gzip": b"gzip", None: b"console.log(1)"}[coding]
            self.assertEqual(answer.body, expected)

    def test_page(self) -> None:
        """The page itself is asked for again each time, and not sent again when it is the same."""
        answer = self.client.get("/")
        self.assertEqual(answer.headers["cache-control"], "no-cache")
        self.assertEqual(answer.headers["content-type"], "text/html; charset=utf-8")
        etag = answer.headers["etag"]
        for condition, status in ((etag, 304), (f"W/{etag}", 304), (f'"x", {etag}', 304), ("*", 304), ('"x"', 200)):
            again = self.client.get("/", headers={"If-None-Match": condition})
            self.assertEqual((again.status, again.headers["etag"]), (status, etag), condition)
            self.assertEqual(again.headers["cache-control"], "no-cache")

    def test_head(self) -> None:
        """HEAD tells the length without the content."""
        answer = self.client.ask("HEAD", "/assets/index-4f3a.js")
        self.assertEqual((answer.status, answer.headers["content-length"]), (200, "14"))

    def test_unknown_kind(self) -> None:
        """What has no known kind is nothing a browser would run."""
        self.assertEqual(self.client.get("/assets/odd.xyz").headers["content-type"], "application/octet-stream")

    def test_not_served(self) -> None:
        """Build records, links out of the folder, compressed twins, folders."""
        for path in (
            "/.vite/manifest.json",
            "/link.txt",
            "/assets/index-4f3a.js.br",
            "/assets/",
            "/assets",
            "/none.js",
        ):
            self.assertEqual(self.client.get(path, headers={"Accept": HTML}).status, 404, path)

    def test_changes_on_disk(self) -> None:
        """What is on disk later does not matter: page and assets stay of one build."""
        (self.folder / "index.html").write_text("other")
        self.assertIn(b"doctype", self.client.get("/").body)


class ViewTests(StaticCase):
    """The interface finds its own way from its page."""

    def test_views(self) -> None:
        """Each of its paths gives the page."""
        for path in (
            "/",
            "/sign-in",
            "/register",
            "/invite/Abc_-123",
            "/setup",
            "/rooms/5",
            "/settings/tokens",
            "/rooms/5/",
            "/rooms/5?at=3",
        ):
            answer = self.client.get(path, headers={"Accept": HTML})
            self.assertEqual(answer.status, 200, path)
            self.assertIn(b"doctype", answer.body, path)

    def test_not_for_programs(self) -> None:
        """A script, picture or API client that asks for what is not there is told so."""
        for accept in ("image/png", "application/json", "text/css"):
            self.assertEqual(self.client.get("/rooms/5", headers={"Accept": accept}).status, 404, accept)

    def test_not_built(self) -> None:
        """Without the built interface, the page says how to build it."""
        answer = Client(small_site(static=self.folder / "none")).get("/", headers={"Accept": HTML})
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "text/plain; charset=utf-8"))
        self.assertIn(b"build_ui", answer.body)


class BuildIdTests(StaticCase):
    """The build's id changes with its files."""

    def test_changes(self) -> None:
        """It follows Vite's manifest, else the page, else says that there is none."""
        first = build_id(self.folder)
        self.assertRegex(first, r"^[0-9a-f]{12}$")
        (self.folder / ".vite" / "manifest.json").write_text('{"a": 1}')
        self.assertNotEqual(build_id(self.folder), first)
        (self.folder / ".vite" / "manifest.json").unlink()
        self.assertNotEqual(build_id(self.folder), first)
        self.assertEqual(build_id(self.folder / "none"), "unbuilt")
