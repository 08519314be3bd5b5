"""What anybody may know of the server, and what monitoring asks."""

from __future__ import annotations

from tests.http.scene import SceneCase
from tests.http.wire import HOST, Client


class AboutTests(SceneCase):
    """The server's own page."""

    def test_about(self) -> None:
        """Title, version, how to get in, what is allowed: nothing else."""
        answer = self.fresh().client().get("/api/v1/server")
        self.assertEqual(answer.headers["cache-control"], "no-store")
        wanted = {"title", "version", "build", "registration", "needs_setup", "limits", "guests", "terms", "creating"}
        wanted |= {"robot", "robot_asks", "sign_in"}
        self.assertEqual(set(answer.json), wanted)


class ProbeTests(SceneCase):
    """Health, readiness and metrics."""

    def test_health(self) -> None:
        """The process answers, whatever name it is asked by, as long as that is no stranger's."""
        scene = self.fresh()
        for host, status in (
            (HOST, 200),
            ("127.0.0.1:8080", 200),
            ("localhost:8080", 200),
            ("10.1.2.3", 200),
            ("[::1]:8080", 200),
            ("evil.example", 400),
        ):
            for path in ("/healthz", "/readyz"):
                self.assertEqual(Client(scene.site, host=host).get(path).status, status, host)

    def test_not_ready(self) -> None:
        """While the server cannot do its work it says so, not why."""
        scene = self.fresh()
        scene.is_ready = RuntimeError("postgresql://webchat:secret@db")
        answer = Client(scene.site).get("/readyz")
        self.assertEqual((answer.status, answer.code), (503, "unavailable"))
        self.assertIn("retry-after", answer.headers)
        self.assertNotIn(b"secret", answer.body)
        self.assertEqual(Client(scene.site).get("/healthz").status, 200)

    def test_metrics(self) -> None:
        """For programs on this machine, asking it by its address; not through a proxy, not from elsewhere."""
        scene = self.fresh()
        for peer, host, header, status in (
            ("127.0.0.1", "127.0.0.1:8080", None, 200),
            ("::1", "[::1]:8080", None, 200),
            ("127.0.0.1", "localhost:8080", None, 200),
            ("192.0.2.7", "127.0.0.1:8080", None, 404),
            ("192.0.2.7", HOST, None, 404),
            ("127.0.0.1", HOST, None, 404),
            (None, "localhost", None, 404),
            ("127.0.0.1", "127.0.0.1:8080", "X-Forwarded-For", 404),
            ("127.0.0.1", "127.0.0.1:8080", "Forwarded", 404),
            ("127.0.0.1", "127.0.0.1:8080", "Via", 404),
            ("127.0.0.1", "127.0.0.1:8080", "X-Real-IP", 404),
        ):
            answer = Client(scene.site, peer=peer, host=host).get("/metrics", headers={header: "x"} if header else None)
            self.assertEqual(answer.status, status, (peer, host, header))
        answer = Client(scene.site, peer="127.0.0.1", host="127.0.0.1").get("/metrics")
        self.assertEqual(answer.body, b"up 1\n")
        self.assertEqual(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")

    def test_metrics_token(self) -> None:
        """From elsewhere with the token, if there is one."""
        scene = self.fresh(metrics_token="scrape-me")
        for token, status in (("scrape-me", 200), ("scrape-m", 404), ("scrape-me2", 404), (scene.tokens["adele"], 404)):
            self.assertEqual(Client(scene.site, token=token).get("/metrics").status, status, token)
        for token in ("None", "x"):
            self.assertEqual(Client(self.fresh().site, token=token).get("/metrics").status, 404)

    def test_token_is_secret(self) -> None:
        """Printing the settings does not print it."""
        self.assertNotIn("scrape-me", repr(self.fresh(metrics_token="scrape-me").http))
