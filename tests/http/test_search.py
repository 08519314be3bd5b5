"""Search over HTTP."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.http.scene import SceneCase


class SearchTests(SceneCase):
    def test_found(self) -> None:
        """Who may find what, with what is around it; in the shape that is documented."""
        scene = self.fresh()
        scene.wait(scene.chat.indexing.look_round())
        scene.wait(scene.chat.indexing.step())
        answer = scene.client("mei").get("/api/v1/search?q=TWO").json
        (hit,) = answer["hits"]
        self.assertEqual((hit["message"]["text"], hit["ranges"], hit["before"]["text"]), ("two", [[0, 3]], "one"))
        self.assertNotIn("after", hit)
        self.assertEqual(([card["name"] for card in answer["users"]], answer["next"]), (["olga", "mei"], None))
        for name in ("otto", "xenia"):
            self.assertEqual(scene.client(name).get("/api/v1/search?q=two").json["hits"], [], name)
            self.assertEqual(scene.client(name).get("/api/v1/search?q=two&in=2").code, "not_a_member")
        found = (
            scene.client("mei").get("/api/v1/search?from=olga&in=2&before=1800000000000&sort=relevance").json["hits"]
        )
        self.assertEqual([hit["message"]["seq"] for hit in found], [2])

    def test_wrong(self) -> None:
        """What is not understood is refused, by the name of the member."""
        client = self.fresh().client("mei")
        for query, field in (
            ("", "q"),
            ("?q=", "q"),
            (f"?q={'x' * 201}", "q"),
            ("?q=" + "+".join(f"x{n}" for n in range(17)), "q"),
            ("?q=x&has=everything", None),
            ("?q=x&in=0", None),
            ("?q=x&limit=51", None),
            ("?q=x&sort=old", None),
            ("?q=x&before=-1", None),
            ("?q=x&after_cursor=x", None),
            ("?q=x&colour=red", None),
            ("?q=%ff", None),
        ):
            answer = client.get(f"/api/v1/search{query}")
            self.assertEqual((answer.status, answer.code), (400, "bad_request"), query)
            if field is not None:
                self.assertEqual(answer.json["field"], field, query)

    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    @given(
        st.dictionaries(
            st.sampled_from(["q", "kind", "from", "in", "before", "after", "has", "sort", "after_cursor", "limit"]),
            st.text(max_size=30) | st.sampled_from(["1", "2", "files", "link", "relevance", "new", "mei"]),
            max_size=5,
        )
    )
    def test_any_query(self, given: dict[str, str]) -> None:
        """Whatever is asked, the server does not stumble."""
        if not hasattr(self, "client"):
            self.client: Any = self.fresh().client("mei")
        query = "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in given.items())
        self.assertIn(self.client.get(f"/api/v1/search?{query}").status, (200, 400, 403, 404, 414, 429), query)
