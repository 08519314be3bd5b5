"""Contacts and blocks over HTTP."""

from __future__ import annotations

from tests.http.scene import SceneCase


class ContactTests(SceneCase):
    """From strangers to contacts, and away from each other."""

    def test_story(self) -> None:
        """Otto asks, mei accepts, both list each other; then mei has enough of him."""
        scene = self.fresh()
        otto, mei = scene.client("otto"), scene.client("mei")
        his, hers = scene.user_id("otto"), scene.user_id("mei")
        asked = otto.post("/api/v1/contacts", {"user": hers, "note": "The pears?"})
        self.assertEqual((asked.status, asked.json["state"], asked.json["user"]["name"]), (201, "asked", "mei"))
        self.assertEqual(mei.get("/api/v1/contacts").json["contacts"][0]["note"], "The pears?")
        self.assertEqual(mei.ask("PUT", f"/api/v1/contacts/{his}").json["state"], "accepted")
        self.assertEqual(otto.get("/api/v1/contacts").json["contacts"][0]["state"], "accepted")
        self.assertEqual(mei.ask("PUT", f"/api/v1/blocks/{his}").status, 204)
        self.assertEqual([one["user"]["name"] for one in mei.get("/api/v1/blocks").json["blocks"]], ["otto"])
        self.assertEqual(mei.get("/api/v1/contacts").json["contacts"], [])
        self.assertEqual(otto.get("/api/v1/contacts").json["contacts"][0]["state"], "accepted")
        self.assertEqual(mei.ask("DELETE", f"/api/v1/blocks/{his}").status, 204)
        self.assertEqual(mei.ask("DELETE", f"/api/v1/contacts/{his}").status, 204)
        self.assertEqual(otto.ask("DELETE", f"/api/v1/contacts/{hers}").code, "not_found")

    def test_refused(self) -> None:
        """After a refusal the answer says how long to wait."""
        scene = self.fresh()
        hers, his = scene.user_id("mei"), scene.user_id("otto")
        scene.client("otto").post("/api/v1/contacts", {"user": hers})
        scene.client("mei").ask("DELETE", f"/api/v1/contacts/{his}")
        answer = scene.client("otto").post("/api/v1/contacts", {"user": hers})
        self.assertEqual((answer.status, answer.code), (429, "rate_limited"))
        self.assertAlmostEqual(float(answer.headers["retry-after"]), 7 * 86_400, delta=5)
