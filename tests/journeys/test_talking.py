"""People talk: stories through the whole server in memory."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import DEVICE, PASSWORD, House


class Talking(SynchronousTestCase):
    """Two people in one room."""

    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()
        self.mei = self.house.register("mei")

    def test_both_hear(self) -> None:
        """What one says both hear, with the same numbers."""
        anna, mei = self.house.connect(self.anna), self.house.connect(self.mei)
        ok = anna.ask("post", room=1, text="hi 世界", nonce="n1")
        self.assertEqual((ok["type"], ok["seq"]), ("ok", 1))
        heard = mei.next("message")
        self.assertEqual(heard, anna.next("message"))
        self.assertEqual((heard["rev"], heard["text"], heard["author"]), (ok["rev"], "hi 世界", self.anna.id))

    def test_outsider(self) -> None:
        """Somebody who is not a member is refused, and stays connected."""
        eve = self.house.connect(self.mei)
        eve.ask("leave", room=1)
        self.assertEqual(eve.ask("post", room=1, text="hi", nonce="n1")["code"], "not_a_member")
        self.assertEqual(eve.ask("post", room=7, text="hi", nonce="n1")["code"], "no_such_room")
        self.assertTrue(eve.is_open)

    def test_nonce(self) -> None:
        """A post sent again is stored once; its nonce with another text is a conflict."""
        anna = self.house.connect(self.anna)
        first = anna.ask("post", room=1, text="hi", nonce="n1")
        again = anna.ask("post", room=1, text="hi", nonce="n1")
        self.assertEqual({**first, "id": 0, "duplicate": True}, {**again, "id": 0})
        self.assertEqual(anna.ask("post", room=1, text="ho", nonce="n1")["code"], "conflict")
        self.assertEqual([event["seq"] for event in anna.rest()], [1])

    def test_same_answer_after_edit_and_leaving(self) -> None:
        """A lost answer is repeated as it was, though the message was edited and its author has left."""
        mei = self.house.connect(self.mei)
        first = mei.ask("post", room=1, text="hi", nonce="n1")
        mei.ask("edit", room=1, seq=1, text="hi!")
        mei.ask("leave", room=1)
        again = mei.ask("post", room=1, text="hi", nonce="n1")
        self.assertEqual((again["rev"], again["seq"], again["duplicate"]), (first["rev"], 1, True))

    def test_after_leaving_nothing(self) -> None:
        """Who leaves gets her own row, and then nothing more."""
        anna, mei = self.house.connect(self.anna), self.house.connect(self.mei)
        left = mei.ask("leave", room=1)
        self.assertEqual([(e["type"], e["rev"], e.get("left")) for e in mei.rest()], [("member", left["rev"], True)])
        anna.ask("post", room=1, text="secret", nonce="n1")
        self.assertEqual(mei.rest(), [])
        self.assertEqual(mei.ask("sync", room=1, rev=0)["code"], "not_a_member")
        self.assertEqual(mei.ask("typing", room=1)["code"], "not_a_member")

    def test_join_on_all_devices(self) -> None:
        """Who joins is told on every device, and hears from then on."""
        anna = self.house.connect(self.anna)
        phone, desk = self.house.connect(self.mei), self.house.connect(self.mei)
        phone.ask("leave", room=1)
        phone.rest(), desk.rest()
        rev = phone.ask("join", room=1)["rev"]
        for device in (phone, desk):
            self.assertEqual(device.next("joined")["room"]["rev"], rev)
        anna.rest()
        anna.ask("post", room=1, text="welcome", nonce="n1")
        for device in (phone, desk):
            self.assertEqual(device.next("message")["rev"], rev + 1)

    def test_unread_is_a_subtraction(self) -> None:
        """Posting reads up to one's own message; marks rise, never pass seq, and reach the other devices."""
        phone, desk, anna = (self.house.connect(who) for who in (self.mei, self.mei, self.anna))
        anna.ask("post", room=1, text="one", nonce="n1")
        anna.ask("post", room=1, text="two", nonce="n2")
        phone.rest(), desk.rest()
        self.assertEqual(phone.ask("read", room=1, seq=99)["seq"], 2)
        self.assertEqual(phone.ask("read", room=1, seq=1)["seq"], 2)
        self.assertEqual(desk.next("read"), {"type": "read", "room": 1, "seq": 2})
        state = self.house.connect(self.anna).welcome["rooms"][0]
        self.assertEqual((state["seq"], state["read"]), (2, 2))

    def test_edit_and_delete(self) -> None:
        """Only the author edits; the author and moderators delete; what is left is a tombstone."""
        anna, mei = self.house.connect(self.anna), self.house.connect(self.mei)
        rev = mei.ask("post", room=1, text="hi", nonce="n1")["rev"]
        self.assertEqual(anna.ask("edit", room=1, seq=1, text="ho")["code"], "forbidden")
        self.assertEqual(mei.ask("edit", room=1, seq=1, text="ho", if_rev=rev - 1)["code"], "conflict")
        edited = mei.ask("edit", room=1, seq=1, text="ho", if_rev=rev)
        self.assertEqual(edited["rev"], rev + 1)
        self.assertEqual(mei.ask("edit", room=1, seq=1, text="ho", if_rev=rev)["rev"], rev + 1)
        deleted = anna.ask("delete", room=1, seq=1)
        self.assertEqual(anna.ask("delete", room=1, seq=1)["rev"], deleted["rev"])
        row = mei.rest()[-1]
        self.assertEqual((row["text"], row["rev"], "deleted" in row), ("", deleted["rev"], True))
        self.assertEqual(mei.ask("edit", room=1, seq=1, text="x")["code"], "conflict")
        self.assertEqual(mei.ask("delete", room=1, seq=9)["code"], "no_such_message")
        self.assertEqual([e["rev"] for e in anna.rest()], [rev, rev + 1, rev + 2])

    def test_typing(self) -> None:
        """The others see that somebody writes; she herself does not."""
        anna, mei = self.house.connect(self.anna), self.house.connect(self.mei)
        anna.send(type="typing", room=1)
        self.assertEqual(mei.next(), {"type": "typing", "room": 1, "user": self.anna.id})
        self.assertEqual(anna.rest(), [])

    def test_pipelined(self) -> None:
        """Requests of one connection take effect in the order in which they were sent."""
        mei = self.house.connect(self.mei)
        mei.ask("leave", room=1)
        mei.rest()
        self.house.writer.hold()
        for number, command in enumerate(
            [{"type": "join"}, {"type": "post", "text": "a"}, {"type": "post", "text": "b"}, {"type": "leave"}], 100
        ):
            mei.send(id=number, room=1, **command)
        self.house.writer.release()
        self.house.turn()
        self.assertEqual([mei.answer(number)["type"] for number in range(100, 104)], ["ok"] * 4)

    def test_thousands_behind_one_that_waits(self) -> None:
        """Thousands of requests behind one that waits are all answered."""
        mei = self.house.connect(self.mei)
        self.house.writer.hold()
        mei.send(type="leave", id=1, room=1)
        for number in range(1000, 3000):
            mei.send(type="ping", id=number)
        self.house.writer.release()
        self.house.turn()
        self.house.clock.advance(1)
        self.assertEqual([mei.answer(number)["type"] for number in range(1000, 3000)], ["ok"] * 2000)

    def test_too_many_fragments(self) -> None:
        """A message in more than 64 pieces, empty ones too, ends the connection with 1009."""
        for piece in (b"", b" "):
            mei = self.house.connect(self.mei)
            for place in range(66):
                mei.frame(piece, opcode=0 if place else 1, fin=False)
            self.assertFalse(mei.is_open)
            self.assertEqual(mei.close_code, 1009)

    def test_one_transaction_for_what_waits(self) -> None:
        """What waits for the writer shares a commit; one that is refused does not spoil the others."""
        anna, mei = self.house.connect(self.anna), self.house.connect(self.mei)
        batches = self.house.chat.database.batches
        self.house.writer.hold()
        anna.send(type="post", id=1, room=1, text="first", nonce="a")
        for number in range(2, 6):
            (anna if number % 2 else mei).send(type="post", id=number, room=1, text=f"m{number}", nonce=f"n{number}")
        mei.send(type="post", id=6, room=9, text="nowhere")
        mei.send(type="post", id=7, room=1, text="m7", nonce="n2")
        self.house.writer.release()
        self.house.turn()
        self.assertEqual(self.house.chat.database.batches, batches + 2)
        self.assertEqual(mei.answer(6)["code"], "no_such_room")
        self.assertEqual(mei.answer(7)["code"], "conflict")
        seqs = [event["seq"] for event in mei.rest() if event["type"] == "message"]
        self.assertEqual(seqs, [1, 2, 3, 4, 5])

    def test_sign_out_closes(self) -> None:
        """Signing a device out closes its connections at once, and no others."""
        here, there = self.house.connect(self.mei), self.house.connect(self.mei)
        session = here.welcome["session"]["id"]
        self.house.wait(self.house.chat.accounts.revoke(self.mei, session))
        self.assertFalse(here.is_open)
        self.assertEqual(here.close_code, 4001)
        self.assertTrue(there.is_open)

    def test_disabled(self) -> None:
        """Who is disabled is out at once, and stays out."""
        mei = self.house.connect(self.mei)
        self.house.wait(self.house.chat.administration.disable(None, self.mei.id, True))
        self.assertFalse(mei.is_open)
        self.assertEqual(mei.close_code, 4003)
        sign_in = self.house.chat.accounts.sign_in("mei", PASSWORD, DEVICE)
        self.assertEqual(self.house.refusal(sign_in), "wrong_credentials")


class ComingBack(SynchronousTestCase):
    """Reconnecting with what one holds."""

    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()
        self.mei = self.house.register("mei")
        self.talker = self.house.connect(self.anna)

    def back(self, rev: int, **more: object) -> list[dict[str, object]]:
        return self.house.connect(self.mei, rooms={"1": rev}, **more).rest()

    def say(self, count: int, start: int = 0) -> None:
        for number in range(start, start + count):
            self.talker.ask("post", room=1, text=f"m{number}", nonce=f"n{number}")

    def test_what_was_missed(self) -> None:
        """A block holds each row once, in its latest state, in rising rev; then live goes on at the next rev."""
        self.say(3)
        self.talker.ask("edit", room=1, seq=1, text="changed")
        self.talker.ask("delete", room=1, seq=2)
        mei = self.house.connect(self.mei, rooms={"1": 3})
        block = mei.rest()
        self.assertEqual([e["type"] for e in block], ["syncing", "message", "message", "message", "synced"])
        self.assertEqual([(e["seq"], e["text"]) for e in block[1:4]], [(3, "m2"), (1, "changed"), (2, "")])
        self.assertEqual(block[-1]["rev"], 8)
        self.say(1, 3)
        self.assertEqual(mei.next("message")["rev"], 9)

    def test_memory_and_database_agree(self) -> None:
        """The same block comes from memory and from the database; no deleted text leaves either."""
        self.say(3)
        self.talker.ask("delete", room=1, seq=2)
        remembered = self.back(3)
        self.house.chat.hub._rooms.clear()
        self.assertEqual(self.back(3), remembered)
        self.assertNotIn("m1", str(remembered))

    def test_nothing_missed(self) -> None:
        """A room that was named is answered even if nothing happened."""
        self.assertEqual(self.back(3), [{"type": "syncing", "room": 1}, {"type": "synced", "room": 1, "rev": 3}])

    def test_too_much(self) -> None:
        """More than 500 rows are a reset."""
        self.say(501)
        self.assertEqual(self.back(3), [{"type": "reset", "room": 1, "rev": 504}])

    def test_from_the_future(self) -> None:
        """A rev that the room never had is a reset."""
        self.assertEqual(self.back(99), [{"type": "reset", "room": 1, "rev": 3}])

    def test_other_epoch(self) -> None:
        """Another history is a reset, whatever the rev."""
        self.assertEqual(self.back(3, epoch="other"), [{"type": "reset", "room": 1, "rev": 3}])

    def test_left_meanwhile(self) -> None:
        """A room one has left is missing from `welcome`, and nothing of it comes."""
        self.house.connect(self.mei).ask("leave", room=1)
        mei = self.house.connect(self.mei, rooms={"1": 3})
        self.assertEqual((mei.welcome["rooms"], mei.rest()), ([], []))

    def test_gap(self) -> None:
        """A commit whose news were lost is found, and told as a block to everybody in the room."""
        mei = self.house.connect(self.mei)
        real, self.house.chat.bus._deliver = self.house.chat.bus._deliver, lambda rows: None
        self.say(1)
        self.house.chat.bus._deliver = real
        self.say(1, 1)
        types = [(e["type"], e.get("rev")) for e in mei.rest()]
        self.assertEqual(types, [("syncing", None), ("message", 4), ("message", 5), ("synced", 5)])
        self.say(1, 2)
        self.assertEqual(mei.next("message")["rev"], 6)

    def test_sweep(self) -> None:
        """What another process wrote is found by the sweep."""
        mei = self.house.connect(self.mei)
        self.house.chat.bus._deliver = lambda rows: None
        self.say(1)
        self.house.wait(self.house.chat.sweeping.rooms())
        self.assertEqual([e["type"] for e in mei.rest()], ["syncing", "message", "synced"])

    def test_back_while_news_are_lost(self) -> None:
        """The block after `welcome` ends no earlier than `welcome` says, also where the hub has not heard of it."""
        self.house.connect(self.mei)
        self.house.chat.bus._deliver = lambda rows: None
        self.say(1)
        mei = self.house.connect(self.mei, rooms={"1": 3})
        self.assertEqual(mei.welcome["rooms"][0]["rev"], 4)
        self.assertEqual([(e["type"], e.get("rev")) for e in mei.rest()][1:], [("message", 4), ("synced", 4)])

    def test_asked_after_leaving_and_coming_back(self) -> None:
        """Whose device was told that she left gets `joined` before anything else of the room, whatever it asks for."""
        phone, desk = self.house.connect(self.mei), self.house.connect(self.mei)
        phone.ask("leave", room=1)
        self.house.chat.bus._deliver = lambda rows: None
        phone.ask("join", room=1)
        self.assertTrue(desk.next("member")["left"])
        desk.ask("sync", room=1, rev=3)
        self.assertEqual([(e["type"], e["room"]["rev"]) for e in desk.rest()], [("joined", 5)])

    def test_asked_again_for_less(self) -> None:
        """What was told once is not taken back: a later block ends no earlier, though the hub has not heard of it."""
        self.house.connect(self.mei)
        real, self.house.chat.bus._deliver = self.house.chat.bus._deliver, lambda rows: None
        self.say(1)
        mei = self.house.connect(self.mei, rooms={"1": 3})
        self.assertEqual([e.get("rev") for e in mei.rest()], [None, 4, 4])
        mei.ask("sync", room=1, rev=3)
        self.assertEqual([e.get("rev") for e in mei.rest()], [None, 4, 4])
        self.house.chat.bus._deliver = real
        self.say(1, 1)
        self.assertEqual([e.get("rev") for e in mei.rest()], [None, 5, 5])

    def test_entering_while_a_gap_is_filled(self) -> None:
        """Who asks while a gap is being filled is told all there is, once, and no hole is left."""
        late = self.house.connect(self.mei)
        real, self.house.chat.bus._deliver = self.house.chat.bus._deliver, lambda rows: None
        self.say(2)
        self.house.chat.bus._deliver = real
        self.house.reader.hold()
        self.house.chat.hub.catch_up(1, 5)
        self.assertEqual(late.ask("sync", room=1, rev=3)["type"], "ok")
        self.house.reader.release()
        self.house.turn()
        self.say(1, 7)
        told = [(e["type"], e.get("rev")) for e in late.rest()]
        self.assertEqual(
            told,
            [
                ("syncing", None),
                ("message", 4),
                ("message", 5),
                ("synced", 5),
                ("message", 6),
            ],
        )

    def test_said_while_reading(self) -> None:
        """What is said while a returning client's block is read comes after it, once."""
        self.say(2)
        self.house.chat.hub._rooms.clear()
        mei = self.house.connect(self.mei, hello=False)
        self.house.reader.hold()
        mei.send(type="hello", token=self.house.token(self.mei), rooms={"1": 3})
        for number in range(10, 20):
            self.house.reader.step()
            self.say(1, number)
        self.house.reader.release()
        self.house.turn()
        revs = [e["rev"] for e in mei.rest() if e["type"] == "message"]
        self.assertEqual(revs, sorted(set(revs)))
        self.assertEqual(revs[0], 4)
        self.assertEqual(len(revs), revs[-1] - 3)
