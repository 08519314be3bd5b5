"""What a connection is spared, and that Autobahn still is what this relies on."""

from __future__ import annotations

import gc
import sys
import weakref

from twisted.trial.unittest import SynchronousTestCase

from tests.support.house import Connection, House
from webchat.ws import lean


class Lean(SynchronousTestCase):
    """Connections of a whole server."""

    def setUp(self) -> None:
        self.house = House(self)
        self.anna = self.house.set_up()

    def open(self) -> tuple[Connection, object]:
        connection = self.house.connect(self.anna)
        return connection, next(iter(self.house.sockets.connections))

    def test_names(self) -> None:
        """All that is replaced or left out is still there under its name in a connection as Autobahn makes it."""
        for module, names in lean.DEBUGGING:
            for name in names:
                self.assertTrue(hasattr(module, name), name)
        self.house.connect()
        (fresh,) = self.house.sockets.connections
        known = set(vars(fresh))
        self.assertLessEqual(lean.LEFTOVERS, known)
        not_of_servers = {"wasServerConnectionDropTimeout"}
        self.assertLessEqual(set(lean.beginning()) - not_of_servers, known | {"current_frame"})

    def test_slim(self) -> None:
        """An open connection keeps little of its own, none of the handshake, and nothing that is like all others'."""
        _, protocol = self.open()
        kept = vars(protocol)
        self.assertFalse(lean.LEFTOVERS & set(kept))
        self.assertNotIn("send_queue", kept)
        self.assertFalse([name for name in protocol.CONFIG_ATTRS if name in kept and name != "autoPingInterval"])  # type: ignore[attr-defined]
        self.assertLess(len(kept), 30, sorted(kept))
        self.assertLess(sys.getsizeof(kept), 1_500)

    def test_still_works(self) -> None:
        """Such a connection still takes fragments, answers pings, and closes as it should."""
        connection, _ = self.open()
        connection.frame(b'{"type": "ping", ', opcode=1, fin=False)
        connection.frame(b"", opcode=9)
        connection.frame(b'"id": 5}', opcode=0)
        self.assertEqual(connection.answer(5)["type"], "ok")
        connection.frame(b"\xff", opcode=1, fin=False)
        self.assertFalse(connection.is_open)
        self.assertEqual(connection.close_code, 1007)

    def test_fragmented_utf8(self) -> None:
        """A sign may be cut between two fragments."""
        connection, _ = self.open()
        text = '{"type": "post", "id": 6, "room": 1, "text": "茶"}'.encode()
        cut = text.index("茶".encode()) + 1
        connection.frame(text[:cut], opcode=1, fin=False)
        connection.frame(text[cut:], opcode=0)
        self.assertEqual(connection.answer(6)["type"], "ok")

    def test_nothing_for_the_collector(self) -> None:
        """A connection that has gone is gone at once, however it went: the collector need not look for it."""
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        for way in ("lost", "closed", "goodbye"):
            connection, protocol = self.open()
            connection.ask("ping")
            gone = weakref.ref(protocol)
            if way == "closed":
                protocol.close(4001, "signed out")  # type: ignore[attr-defined]
            elif way == "goodbye":
                connection.frame(b"\x03\xe8", opcode=8)
            connection.lose()
            del connection.transport.protocol  # as a real transport does
            del connection, protocol
            # A close may still be waited for.
            self.house.clock.advance(10)
            self.assertIsNone(gone(), (way, [type(one) for one in gc.get_referrers(gone())]))

    def test_own_options(self) -> None:
        """Two servers in one process keep their own options."""
        other = House(self, ping_seconds=7.0)
        other.set_up()
        self.assertEqual(other.sockets.protocol.autoPingInterval, 7.0)  # type: ignore[attr-defined]
        self.assertEqual(self.house.sockets.protocol.autoPingInterval, 25.0)  # type: ignore[attr-defined]
