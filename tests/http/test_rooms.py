"""Rooms over HTTP."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.http.scene import populated


class RoomTests(SynchronousTestCase):
    """Finding, making, changing, joining and leaving rooms."""

    def setUp(self) -> None:
        self.scene = populated()
        self.addCleanup(self.scene.stop)

    def test_create(self) -> None:
        """Who makes a room owns it, and everybody can find it."""
        answer = self.scene.client("otto").post("/api/v1/rooms", {"title": "Kitchen", "topic": "cooking"})
        self.assertEqual((answer.status, answer.json["role"], answer.json["kind"]), (201, "owner", "public"))
        listed = self.scene.client("mei").get("/api/v1/rooms?search=kitch").json
        self.assertEqual(
            [(room["title"], room["members"], room["joined"]) for room in listed["rooms"]], [("Kitchen", 1, False)]
        )
        self.assertIsNone(listed["next"])

    def test_pages(self) -> None:
        """The list comes in pages, none doubled, none left out; a cursor that is none is refused."""
        client = self.scene.client("otto")
        for number in range(5):
            client.post("/api/v1/rooms", {"title": f"Room {number}"})
        seen, path = [], "/api/v1/rooms?limit=2"
        while path:
            page = client.get(path).json
            seen += [room["title"] for room in page["rooms"]]
            path = f"/api/v1/rooms?limit=2&after={page['next']}" if page["next"] else ""
        self.assertEqual(seen, ["Garden", "Lobby", *(f"Room {number}" for number in range(5))])

    def test_cursors(self) -> None:
        """A cursor that is none is refused."""
        wrong = []
        for cursor in ("x", "W10=", "bnVsbA==", "%F0%9F%98%80", "W1tdLDFd", "MQ==", "e30="):
            for path in ("/api/v1/rooms", "/api/v1/rooms/2/members"):
                if self.scene.client("mei").get(f"{path}?after={cursor}").status != 400:
                    wrong.append(f"{path}?after={cursor}")
        self.flushLoggedErrors()
        self.assertEqual(wrong, [])

    def test_change(self) -> None:
        """A moderator changes title and topic; what is absent stays; an old rev is a conflict."""
        client = self.scene.client("mona")
        first = client.ask("PATCH", "/api/v1/rooms/2", {"topic": "flowers"}).json
        self.assertEqual(first["room"], 2)
        state = client.get("/api/v1/rooms/2").json
        self.assertEqual((state["title"], state["topic"], state["rev"]), ("Garden", "flowers", first["rev"]))
        answer = client.ask("PATCH", "/api/v1/rooms/2", {"title": "Orchard", "if_rev": first["rev"] - 1})
        self.assertEqual((answer.status, answer.code), (409, "conflict"))
        self.assertEqual(
            client.ask("PATCH", "/api/v1/rooms/2", {"title": "Orchard", "if_rev": first["rev"]}).status, 200
        )

    def test_archive(self) -> None:
        """An archived room can be read only, until it is opened again."""
        owner, member = self.scene.client("olga"), self.scene.client("mei")
        self.assertEqual(owner.ask("PUT", "/api/v1/rooms/2/archived", {"archived": True}).status, 200)
        refused = member.post("/api/v1/rooms/2/messages", {"text": "hi"})
        self.assertEqual((refused.status, refused.code), (409, "room_archived"))
        self.assertEqual(member.get("/api/v1/rooms/2/messages").status, 200)
        owner.ask("PUT", "/api/v1/rooms/2/archived", {"archived": False})
        self.assertEqual(member.post("/api/v1/rooms/2/messages", {"text": "hi"}).status, 201)

    def test_join_and_leave(self) -> None:
        """Who joins sees the room; who leaves sees nothing of it any more."""
        client = self.scene.client("otto")
        joined = client.post("/api/v1/rooms/2/join").json
        self.assertEqual(client.post("/api/v1/rooms/2/join").json, joined)
        self.assertIn(2, [room["room"] for room in client.get("/api/v1/me/rooms").json["rooms"]])
        left = client.post("/api/v1/rooms/2/leave").json
        self.assertEqual(left["rev"], joined["rev"] + 1)
        for path in ("", "/members", "/messages", "/changes?rev=0"):
            answer = client.get(f"/api/v1/rooms/2{path}")
            self.assertEqual((answer.status, answer.code), (403, "not_a_member"), path)

    def test_members(self) -> None:
        """Members are listed in pages, and found by name."""
        client = self.scene.client("mei")
        page = client.get("/api/v1/rooms/2/members?limit=2").json
        self.assertEqual((len(page["members"]), page["total"]), (2, 7))
        rest = client.get(f"/api/v1/rooms/2/members?after={page['next']}").json
        names = [entry["user"]["name"] for entry in page["members"] + rest["members"]]
        self.assertEqual(len(set(names)), 7)
        found = client.get("/api/v1/rooms/2/members?search=mon").json["members"]
        self.assertEqual([(entry["user"]["name"], entry["role"]) for entry in found], [("mona", "moderator")])
        self.assertNotIn("email", found[0]["user"])

    def test_wildcards(self) -> None:
        """What is special in a pattern is an ordinary sign in a search."""
        client = self.scene.client("mei")
        for search in ("%25", "_", "%5C", "%27", "*", "%22"):
            self.assertEqual(client.get(f"/api/v1/rooms?search={search}").json["rooms"], [], search)
