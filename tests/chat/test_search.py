"""Finding again what was said: the known corpus on both engines, and who finds what."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SkipTest, SynchronousTestCase

from tests.corpus import MESSAGES, SEARCHES
from tests.support import postgres
from tests.support.house import FAST, House, in_memory
from webchat.chat.facade import Settings
from webchat.chat.search import Search
from webchat.live.limits import Rate
from webchat.model.commands import DeleteMessage, EditMessage, JoinRoom, LeaveRoom, PostMessage
from webchat.model.ids import RoomId, Seq
from webchat.model.users import Actor
from webchat.store.engines import Engines, open_engines

LOBBY = RoomId(1)
UNHURRIED = Settings(registration="open", posts=FAST, changes=FAST, marks=FAST, typing=FAST, reads=FAST, searches=FAST)


class Room:
    """A house with somebody in its lobby, whose posts can be looked for."""

    house: House
    mei: Actor

    def make_engines(self) -> Engines:
        return in_memory()

    def setUp(self) -> None:
        self.house = House(self, UNHURRIED, self.make_engines())  # type: ignore[arg-type]
        self.mei = self.house.register("mei")

    def say(self, text: str, room: RoomId = LOBBY, who: Actor | None = None) -> Seq:
        return self.house.wait(self.house.chat.messages.post(who or self.mei, PostMessage(0, room, text))).seq

    def take_in(self) -> None:
        self.house.wait(self.house.chat.indexing.step())

    def page(self, text: str = "", who: Actor | None = None, **more: Any) -> Any:
        return self.house.wait(self.house.chat.searching.find(who or self.mei, Search(text, **more)))

    def find(self, text: str = "", who: Actor | None = None, **more: Any) -> list[int]:
        return [hit.message.seq for hit in self.page(text, who, limit=50, **more).hits]


class Corpus(Room):
    """Everything is found that should be, and nothing else."""

    def setUp(self) -> None:
        super().setUp()
        for number, text in enumerate(MESSAGES, 1):
            assert self.say(text) == number
        self.take_in()

    def test_known_answers(self) -> None:
        """Precision and recall are 1, by either order."""
        wrong = {}
        for text, expected in SEARCHES.items():
            for sort in ("new", "relevance"):
                found = self.find(text, sort=sort)
                if sort == "new":
                    self.assertEqual(found, sorted(found, reverse=True))  # type: ignore[attr-defined]
                if sorted(found) != list(expected):
                    wrong[text, sort] = found
        self.assertEqual(wrong, {})  # type: ignore[attr-defined]

    def test_after_changes(self) -> None:
        """The same after each message was edited twice, and what is deleted is gone at once."""
        messages = self.house.chat.messages
        for seq in range(1, len(MESSAGES) + 1):
            self.house.wait(messages.edit(self.mei, EditMessage(0, LOBBY, Seq(seq), "quite something else")))
        self.take_in()
        self.assertEqual(len(self.find('"something else"')), len(MESSAGES))  # type: ignore[attr-defined]
        for seq, text in enumerate(MESSAGES, 1):
            self.house.wait(messages.edit(self.mei, EditMessage(0, LOBBY, Seq(seq), text)))
        self.take_in()
        self.test_known_answers()
        self.house.wait(messages.delete(self.mei, DeleteMessage(0, LOBBY, Seq(2))))
        self.assertEqual((self.find("会议"), self.find("会议记录")), ([4], []))  # type: ignore[attr-defined]
        self.take_in()
        self.assertEqual((self.find("会议"), self.find("会议记录")), ([4], []))  # type: ignore[attr-defined]

    def test_marks(self) -> None:
        """What is marked in a hit holds what was looked for."""
        for text in ("会议", "hello", "cafe", "ai助手", "カタカナ", "🎉"):
            for hit in self.page(text).hits:
                self.assertTrue(hit.ranges)  # type: ignore[attr-defined]
                for start, end in hit.ranges:
                    marked = hit.message.text[start:end]
                    self.assertEqual(marked, marked.strip())  # type: ignore[attr-defined]
        self.assertEqual(self.page("résumé").hits[0].ranges, ((20, 26),))  # type: ignore[attr-defined]


class CorpusOnSqlite(Corpus, SynchronousTestCase):
    pass


class CorpusOnPostgresql(Corpus, SynchronousTestCase):
    def make_engines(self) -> Engines:
        reason = postgres.reason_missing()
        if reason:
            raise SkipTest(reason)
        return open_engines(postgres.fresh_database(), 2)


class Finding(Room, SynchronousTestCase):
    def test_context(self) -> None:
        """A hit comes with the messages beside it, unless they are deleted, and with the cards of who wrote them."""
        ben = self.house.register("ben")
        self.say("before", who=ben)
        self.say("the needle")
        self.say("after")
        self.take_in()
        page = self.page("needle")
        (hit,) = page.hits
        self.assertEqual((hit.before.text, hit.after.text), ("before", "after"))
        self.assertEqual([card.name for card in page.users], ["mei", "ben"])
        self.house.wait(self.house.chat.messages.delete(self.mei, DeleteMessage(0, LOBBY, Seq(3))))
        self.assertIsNone(self.page("needle").hits[0].after)

    def test_membership(self) -> None:
        """Outsiders find nothing; who comes finds all that was said before; who has left finds nothing again."""
        room = self.house.wait(self.house.chat.rooms.create(self.mei, "Garden")).room
        ben = self.house.register("ben")
        self.say("secret roses", room)
        self.take_in()
        self.assertEqual(self.find("roses", ben), [])
        self.house.wait(self.house.chat.rooms.join(ben, JoinRoom(0, room)))
        self.assertEqual(self.find("roses", ben), [1])
        self.assertEqual(self.find("roses", ben, room=room), [1])
        self.house.wait(self.house.chat.rooms.leave(ben, LeaveRoom(0, room)))
        self.assertEqual(self.find("roses", ben), [])
        self.assertEqual(self.refused(Search("roses", room=room), ben), "not_a_member")
        self.assertEqual(self.refused(Search("roses", room=RoomId(99))), "no_such_room")

    def refused(self, search: Search, who: Actor | None = None) -> str:
        return self.house.refusal(self.house.chat.searching.find(who or self.mei, search))

    def test_author(self) -> None:
        """By name, as people write it; nobody of that name has said nothing."""
        ben = self.house.register("ben")
        self.say("tea")
        self.say("tea", who=ben)
        self.take_in()
        self.assertEqual(self.find("tea", author="@Ben"), [2])
        self.assertEqual(self.find(author="mei"), [1])
        self.assertEqual(self.find("tea", author="nobody"), [])

    def test_nothing_to_look_for(self) -> None:
        """Without words and filters there is no search; signs that stand in no word are found nowhere."""
        self.say("?!")
        self.take_in()
        self.assertEqual(self.refused(Search("  ")), "bad_request")
        self.assertEqual(self.find("?!"), [])
        self.assertEqual(self.find("?!", room=LOBBY), [])
        self.assertEqual(self.find(room=LOBBY), [1])
        self.assertEqual(self.find(within="files"), [])
        self.assertEqual(self.refused(Search("字" * 17)), "bad_request")
        self.assertEqual(self.refused(Search("字" * 201)), "bad_request")

    def test_pages(self) -> None:
        """Page by page nothing is missing or comes twice, whatever is said meanwhile, in either order."""
        for n in range(7):
            self.say("tea " + "more " * (n * 3 % 7))
        self.take_in()
        for sort in ("new", "relevance"):
            found, after = [], None
            while True:
                page = self.page("tea", sort=sort, limit=3, after_cursor=after)
                found += [hit.message.seq for hit in page.hits]
                after = page.next
                if after is None:
                    break
                self.say("tea")
                self.take_in()
            self.assertEqual(sorted(found)[:7], list(range(1, 8)), sort)
            self.assertEqual(len(found), len(set(found)))
        self.say("tea")
        self.take_in()
        for wrong in ("nonsense", "WyIxIDIgMyIsIDFd", "WyIiLCAtMV0=", self.page("tea", limit=1).next):
            self.assertEqual(self.refused(Search("tea", sort="relevance", after_cursor=wrong)), "bad_request")
        for wrong in ("nonsense", self.page("tea", sort="relevance", limit=1).next):
            self.assertEqual(self.refused(Search("tea", after_cursor=wrong)), "bad_request")

    def test_relevance(self) -> None:
        """What says it shortly or often comes first."""
        for text in ("tea and " + "many other things " * 10, "tea tea tea", "tea", "tea time"):
            self.say(text)
        self.take_in()
        self.assertEqual(self.find("tea", sort="relevance"), [2, 3, 4, 1])

    def test_rate(self) -> None:
        """One who searches all the time waits; what is nonsense costs nothing."""
        house = House(self, Settings(registration="open", searches=Rate(1, 2)))
        self.house, self.mei = house, house.register("mei")
        self.assertEqual(self.refused(Search("")), "bad_request")
        for _ in range(2):
            self.page("tea")
        self.assertEqual(self.refused(Search("tea")), "rate_limited")
        house.clock.advance(1)
        self.page("tea")

    def test_queue(self) -> None:
        """Two run at once, some wait, and more are sent away."""
        self.house.reader.hold()
        find = self.house.chat.searching.find
        waiting = [Deferred.fromCoroutine(find(self.mei, Search("tea"))) for _ in range(52)]
        late = Deferred.fromCoroutine(find(self.mei, Search("tea")))
        self.assertEqual(self.failureResultOf(late).value.code, "busy")
        self.assertEqual(len(self.house.reader.waiting), 2)
        self.house.reader.release()
        self.house.turn()
        for one in waiting:
            self.assertEqual(self.successResultOf(one).hits, ())

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    @given(
        st.text(max_size=40) | st.text(alphabet="ab你好 \"*:()&|'\\%_-§", max_size=20),
        st.sampled_from(["messages", "files"]),
        st.text(max_size=10) | st.none(),
    )
    def test_any_search(self, text: str, within: Any, author: str | None) -> None:
        """Whatever is asked for is answered or refused."""
        if not hasattr(self, "said"):
            self.said = self.say("ab 你好")
            self.take_in()
        deferred = Deferred.fromCoroutine(
            self.house.chat.searching.find(self.mei, Search(text, within=within, author=author))
        )
        found: list[Any] = []
        deferred.addErrback(lambda failure: failure.value.code)
        deferred.addCallback(found.append)
        self.house.turn()
        self.assertTrue(found == ["bad_request"] or hasattr(found[0], "hits"), (text, found))


class Reindexed(Room, SynchronousTestCase):
    def test_index_holds_no_more_than_it_should(self) -> None:
        """Of a deleted message nothing is left in the index."""
        self.say("unmentionable")
        self.take_in()
        self.house.wait(self.house.chat.messages.delete(self.mei, DeleteMessage(0, LOBBY, Seq(1))))
        self.take_in()

        def left(db: sa.Connection) -> int:
            return int(db.exec_driver_sql("SELECT count(*) FROM search_words").scalar_one())

        self.assertEqual(self.house.wait(self.house.database.read(left)), 0)
