"""How a line is made, whose certificate is believed, and how its end is understood."""

from __future__ import annotations

import datetime
from typing import Any

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import Certificate, trustRootFromCertificates
from twisted.trial.unittest import SynchronousTestCase, TestCase

from webchat.client.line import Dialler, End, Line

BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"


class Answering(Protocol):
    """Answers whatever comes first with the factory's bytes."""

    def dataReceived(self, data: bytes) -> None:
        self.transport.write(self.factory.answer)  # type: ignore[union-attr]


def certificate(host: str) -> bytes:
    """A key and a certificate for *host*, signed by itself, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(day).not_valid_after(day + datetime.timedelta(days=3650))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    chain = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    return chain + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)


@attrs.define(eq=False)
class Heard:
    """An ear that waits for the end."""

    end: Deferred[End] = attrs.field(factory=Deferred)

    def opened(self, line: Line) -> None:
        raise AssertionError("nobody has opened it")

    def heard(self, line: Line, text: bytes) -> None:
        raise AssertionError(text)

    def ended(self, line: Line, end: End) -> None:
        self.end.callback(end)


class Lines(TestCase):
    timeout = 30

    async def listen(self, description: str, answer: bytes) -> int:
        factory: Any = Factory.forProtocol(Answering)
        factory.answer, factory.noisy = answer, False
        port = await serverFromString(reactor, description).listen(factory)  # type: ignore[no-untyped-call]
        self.addCleanup(port.stopListening)
        return int(port.getHost().port)

    async def end_of(self, origin: str, trust_root: Any = None) -> End:
        ear = Heard()
        await Dialler(reactor, origin, ear, trust_root).dial()
        return await ear.end

    async def test_refused_for_now(self) -> None:
        """A server that is busy says when to come back."""
        port = await self.listen("tcp:0:interface=127.0.0.1", BUSY)
        end = await self.end_of(f"http://127.0.0.1:{port}")
        self.assertEqual((end.status, end.retry_after, end.is_final), (503, 7.0, False))

    async def test_other_protocol(self) -> None:
        """What answers without webchat's subprotocol, or with no HTTP at all, is no webchat."""
        port = await self.listen("tcp:0:interface=127.0.0.1", b"HTTP/1.1 404 Not Found\r\n\r\n")
        self.assertTrue((await self.end_of(f"http://127.0.0.1:{port}")).is_final)

    async def test_certificates(self) -> None:
        """A certificate that nobody vouches for is refused; with one's own authority it is taken."""
        content, pem = certificate("localhost"), self.mktemp()
        with open(pem, "wb") as stream:  # noqa: ASYNC230
            stream.write(content)
        port = await self.listen(f"ssl:0:interface=127.0.0.1:privateKey={pem}:certKey={pem}", BUSY)
        refused = await self.end_of(f"https://localhost:{port}")
        self.assertTrue(refused.is_final)
        self.assertIn("certificate", refused.reason)
        root = trustRootFromCertificates([Certificate.loadPEM(content)])  # type: ignore[no-untyped-call]
        self.assertEqual((await self.end_of(f"https://localhost:{port}", root)).status, 503)
        other = await self.end_of(f"https://127.0.0.1:{port}", root)
        self.assertIn("certificate", other.reason)


class Ends(SynchronousTestCase):
    def test_too_late(self) -> None:
        """What is sent when the line has ended already, of which nobody has been told yet, is not sent."""
        line = Line()  # type: ignore[no-untyped-call]
        line.state = line.STATE_CLOSED
        line.send(b"{}")

    def test_final(self) -> None:
        """It is the close code that says whether to come back, as the protocol has it."""
        for code in (1000, 1001, 1006, 1011, 1012, 4008, 4029):
            self.assertFalse(End(code, "").is_final, code)
        for code in (1002, 1003, 1007, 1009, 1015, 4001, 4003):
            self.assertTrue(End(code, "").is_final, code)
