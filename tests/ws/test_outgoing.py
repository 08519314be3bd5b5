"""The writing side of a connection: nothing is lost or reordered, whatever the peer reads."""

from __future__ import annotations

import socket
import ssl
import tempfile
from pathlib import Path
from typing import Any

from twisted.internet import tcp
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import DefaultOpenSSLContextFactory
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactor, StringTransport
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.trial.unittest import SynchronousTestCase

from tests.support.nginx import certificate
from webchat.ws.outgoing import Outgoing, is_plain, queued, write_all


class OverAnyTransport(SynchronousTestCase):
    """What holds for every transport."""

    def setUp(self) -> None:
        self.transport = StringTransport()
        self.out = Outgoing(self.transport)
        self.transport.registerProducer(self.out, True)

    def drained(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self.out.drained())

    def test_in_order(self) -> None:
        """What is written arrives in that order, and what the transport has to write is counted."""
        for data in (b"one", b"two", b"three"):
            self.out.write(data)
        self.assertEqual((self.transport.value(), self.out.handed), (b"onetwothree", 11))
        self.assertEqual((self.out.waiting, self.out.taken), (0, 11))

    def test_held(self) -> None:
        """What is held goes out with whatever is written next, before it; or by itself when it is released."""
        self.assertTrue(self.out.hold(b"one "))
        self.assertFalse(self.out.hold(b"two "))
        self.assertEqual(self.transport.value(), b"")
        self.out.write(b"three ")
        self.assertEqual(self.transport.value(), b"one two three ")
        self.out.release()
        self.assertTrue(self.out.hold(b"four"))
        self.out.release()
        self.out.release()
        self.assertEqual(self.transport.value(), b"one two three four")

    def test_nothing_to_wait_for(self) -> None:
        """Who may write does not wait."""
        self.successResultOf(self.drained())

    def test_pause_and_resume(self) -> None:
        """Who wants to write more waits while the transport is full, and goes on when it is not."""
        self.out.pauseProducing()
        self.assertTrue(self.out.is_paused)
        first, second = self.drained(), self.drained()
        self.assertNoResult(first)
        self.out.resumeProducing()
        self.assertFalse(self.out.is_paused)
        self.successResultOf(first)
        self.successResultOf(second)
        self.successResultOf(self.drained())

    def test_written_while_paused(self) -> None:
        """A pause asks to wait, and loses nothing that is written nonetheless."""
        self.out.pauseProducing()
        self.out.write(b"late")
        self.assertEqual(self.transport.value(), b"late")

    def test_the_end(self) -> None:
        """After the end nothing is written, and nobody waits for ever."""
        self.out.pauseProducing()
        waiting = self.drained()
        self.out.ended()
        self.successResultOf(waiting)
        self.successResultOf(self.drained())
        self.out.write(b"too late")
        self.assertEqual((self.transport.value(), self.out.is_open), (b"", False))

    def test_transport_stops(self) -> None:
        """A transport that ends says so to whoever waits for it."""
        self.out.pauseProducing()
        waiting = self.drained()
        self.out.stopProducing()
        self.successResultOf(waiting)
        self.assertFalse(self.out.is_open)

    def test_not_plain(self) -> None:
        """Only a bare socket is written to directly: anything else may have to encrypt first."""
        self.assertFalse(is_plain(self.transport))
        self.assertEqual(queued(self.transport), 0)


class Port:
    """What a Twisted connection wants to know of the port it came in by."""

    _realPortNumber = 0  # noqa: N815
    factory = None


class OverASocket(SynchronousTestCase):
    """Real sockets, with a peer that reads when it is told to."""

    def setUp(self) -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listening.close)
        self.peer = socket.create_connection(listening.getsockname())
        self.addCleanup(self.peer.close)
        self.peer.setblocking(False)
        ours, address = listening.accept()
        self.addCleanup(ours.close)
        ours.setblocking(False)
        reactor: Any = MemoryReactor()
        self.transport: Any = tcp.Server(ours, Protocol(), address, Port(), 0, reactor)
        self.out = Outgoing(self.transport)
        self.transport.registerProducer(self.out, True)

    def read(self) -> bytes:
        found = b""
        while True:
            try:
                found += self.peer.recv(1_000_000)
            except BlockingIOError:
                return found

    def fill(self) -> bytes:
        """Writes until the transport asks for a pause."""
        sent = b""
        for number in range(10_000):
            if self.out.is_paused:
                return sent
            data = number.to_bytes(4, "big") * 16_384
            self.out.write(data)
            sent += data
        raise AssertionError("the transport never asked for a pause")

    def test_at_once(self) -> None:
        """To a peer that reads, bytes go at once, without the reactor's help."""
        self.assertTrue(is_plain(self.transport))
        self.out.write(b"hello")
        self.assertEqual(self.read(), b"hello")
        self.assertEqual((self.out.handed, self.transport.dataBuffer, self.transport._tempDataBuffer), (0, b"", []))

    def test_behind_the_handshake(self) -> None:
        """What the transport was given before the port was made goes first."""
        self.transport.write(b"HTTP/1.1 101 ")
        out = Outgoing(self.transport)
        out.write(b"first ")
        self.transport.doWrite()
        out.write(b"second")
        self.assertEqual((self.read(), out.is_direct), (b"HTTP/1.1 101 first second", True))

    def test_held_and_at_once(self) -> None:
        """What was held goes at once too, in one piece; and so does what comes after it."""
        self.out.hold(b"held ")
        self.out.write(b"now ")
        self.out.write(b"later")
        self.assertEqual((self.read(), self.out.handed), (b"held now later", 0))

    def test_behind_others(self) -> None:
        """Where something waits in the transport, nothing overtakes it; afterwards all goes at once again."""
        self.transport.write(b"a pong ")
        # As whoever writes past the port says so, before or after: Autobahn's frames, see `ChatProtocol.sendData`.
        self.out.is_direct = False
        self.out.write(b"news ")
        self.assertEqual(self.read(), b"")
        self.transport.doWrite()
        self.out.write(b"more")
        self.assertEqual((self.read(), self.out.is_direct), (b"a pong news more", True))

    def test_to_many(self) -> None:
        """A broadcast reaches everybody, whoever is slow, gone or holding something."""
        slow = self.out
        self.setUp()
        gone = self.out
        gone.ended()
        self.setUp()
        holding = self.out
        holding.hold(b"first ")
        slow.pauseProducing()
        write_all([slow, gone, holding], b"news")
        self.assertEqual((slow.handed, gone.handed, self.read()), (4, 0, b"first news"))

    def test_never_past_encryption(self) -> None:
        """A socket on which TLS was started is not written to directly."""
        self.transport.TLS = True
        self.assertFalse(is_plain(self.transport))

    def test_slow_peer(self) -> None:
        """A peer that does not read is noticed, counted, and gets everything in order once it reads."""
        sent = self.fill()
        self.assertGreater(self.out.waiting, 0)
        at_once = len(sent) - self.out.handed
        self.assertEqual(self.out.taken + self.out.waiting, len(sent) - at_once)
        waiting = Deferred.fromCoroutine(self.out.drained())
        before = self.out.waiting
        self.out.write(b"the end")
        self.assertEqual(self.out.waiting, before + 7)
        self.assertNoResult(waiting)
        got = b""
        for _ in range(1_000):
            got += self.read()
            if self.out.waiting == 0 and not self.out.is_paused:
                break
            self.transport.doWrite()
        self.successResultOf(waiting)
        got += self.read()
        self.assertTrue(got == sent + b"the end")
        self.assertEqual(self.out.taken, len(got) - at_once)

    def test_peer_gone(self) -> None:
        """Writing to a peer that is gone raises nothing: the transport finds out by itself."""
        self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.peer.close()
        for _ in range(3):
            self.out.write(b"anybody?")
        self.assertEqual(self.out.handed, 24)


class OverTls(SynchronousTestCase):
    """A real socket that encrypts, as an `ssl:` endpoint makes it, with a peer that reads when it is told to."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="webchat-tls-")
        self.addCleanup(folder.cleanup)
        certificate(Path(folder.name))
        files = (f"{folder.name}/privkey.pem", f"{folder.name}/fullchain.pem")
        listening = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listening.close)
        raw = socket.create_connection(listening.getsockname())
        ours, address = listening.accept()
        self.addCleanup(ours.close)
        for one in (raw, ours):
            one.setblocking(False)
        reactor: Any = MemoryReactor()
        self.clock = Clock()
        plain = Factory.forProtocol(Protocol)
        # The clock, since what is encrypted is written at the end of the turn.
        factory = TLSMemoryBIOFactory(DefaultOpenSSLContextFactory(*files), False, plain, self.clock)
        self.transport: Any = factory.buildProtocol(IPv4Address("TCP", *address))
        self.server: Any = tcp.Server(ours, self.transport, address, Port(), 0, reactor)
        self.transport.makeConnection(self.server)
        context = ssl.create_default_context(cafile=files[1])
        context.check_hostname = False
        self.peer = context.wrap_socket(raw, do_handshake_on_connect=False)
        self.addCleanup(self.peer.close)
        for _ in range(20):
            try:
                self.peer.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.turn()
        self.turn()
        self.peer.settimeout(10)
        self.out = Outgoing(self.transport)
        self.transport.registerProducer(self.out, True)

    def turn(self) -> None:
        """What a turn of the reactor does for the connection."""
        self.server.doRead()
        self.clock.advance(0)
        self.server.doWrite()

    def test_in_order(self) -> None:
        """What is held and what is written arrives in order, and nothing of it in the clear."""
        self.assertFalse(self.out.is_direct)
        self.out.hold(b"held ")
        write_all([self.out], b"now ")
        self.out.write(b"later")
        self.turn()
        self.assertEqual(self.peer.recv(100), b"held now later")

    def test_slow_peer(self) -> None:
        """A peer that does not read is noticed and counted, and gets everything in order once it reads."""
        sent = b""
        for number in range(1_000):
            data = number.to_bytes(4, "big") * 16_384
            self.out.write(data)
            sent += data
            self.turn()
            if self.out.is_paused:
                break
        self.assertTrue(self.out.is_paused)
        self.assertGreater(self.out.waiting, 0)
        waiting = Deferred.fromCoroutine(self.out.drained())
        self.out.write(b"the end")
        self.assertNoResult(waiting)
        got = b""
        while len(got) < len(sent) + 7:
            self.turn()
            got += self.peer.recv(1_000_000)
        self.assertTrue(got == sent + b"the end")
        self.successResultOf(waiting)
        self.assertEqual(self.out.waiting, 0)
