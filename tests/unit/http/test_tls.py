"""Calls over TLS between a real listener and the real client: who is taken, and what is said to the others."""

import asyncio
import gc
import logging
import ssl
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from msgspec.structs import replace

from plures.deploy.serving import ListenAddress, listen
from plures.deploy.serving.listener import Listener, ServingOptions
from plures.http import HttpServerProtocol, HttpTransport, Request, Response
from plures.runtime import NotSent, Outgoing, Reply, Untrusted
from plures.tls import Handshakes, Identity, TlsServerProtocol
from plures.tls.authority import Authority
from plures.tls.contexts import Pair
from plures.tls.wire import MOST_HANDSHAKES
from tests.certificates import DAY, NOW, Fixed, authority, for_uses, identity, pair, self_signed, trusting
from tests.raw_server import Reader, Writer, raw_server


class Served:
    """A listener that answers with the name of the peer and what it sent."""

    def __init__(self, tls: Identity | None) -> None:
        bound = listen(ListenAddress(port=0))
        self.url = bound.url if tls is None else bound.sealed().url
        self.port = bound.port
        self.requests: list[Request] = []
        options = ServingOptions(http=HttpServerProtocol, linger_s=0.05, tls=tls)
        self.listener = Listener(self._answer, bound.socket, options)

    async def _answer(self, request: Request) -> Response:
        self.requests.append(request)
        return Response(200, request.peer.encode() + b" " + request.body)


@asynccontextmanager
async def served(tls: Identity | None) -> AsyncIterator[Served]:
    made = Served(tls)
    await made.listener.start()
    try:
        yield made
    finally:
        await made.listener.stop()


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("tls"), now=NOW - 30 * DAY)


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("foreign"))


async def ask(url: str, own: Pair | None, body: bytes = b"", *, callee: str = "callee") -> Reply:
    peers = {url: f"spiffe://shop/{callee}"}
    transport = HttpTransport(tls=None if own is None else identity(own, peers))
    try:
        return await transport.unary(url, Outgoing("/x", 1000, 1, body))
    finally:
        await transport.close()


async def test_a_peer_is_named_and_large_bodies_go_both_ways(issuer: Authority) -> None:
    body = b"x" * 500_000
    async with served(identity(pair(issuer, "callee"))) as there:
        reply = await ask(there.url, pair(issuer, "caller"), body)
    assert reply.body == b"spiffe://shop/caller " + body


Bad = Callable[[Authority, Authority], Pair]

BAD_CALLERS: dict[str, tuple[Bad, str, str]] = {
    "expired": (
        lambda a, _: pair(a, "x", NOW - 2 * DAY),
        "our certificate has ended by the clock there",
        "has ended by",
    ),
    "early": (lambda a, _: pair(a, "x", NOW + 2 * DAY), "refuses our certificate", "is not good yet by the clock here"),
    "foreign": (
        lambda a, f: trusting(pair(f, "x"), a),
        "does not trust the authority of our certificate",
        "its authority is not trusted here",
    ),
    "self-signed": (lambda a, _: self_signed("x", a.trust), "refuses|does not trust", "signed by itself|not trusted"),
    "of a server": (
        lambda a, _: for_uses(a, "x", ExtendedKeyUsageOID.SERVER_AUTH),
        "refuses our certificate",
        "not made for this side",
    ),
}


@pytest.mark.parametrize("kind", BAD_CALLERS)
async def test_a_bad_caller_is_told_why_and_nothing_was_sent(
    kind: str, issuer: Authority, foreign: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    make, told, logged = BAD_CALLERS[kind]
    async with served(identity(pair(issuer, "callee"))) as there:
        with pytest.raises(Untrusted, match=told):
            await ask(there.url, make(issuer, foreign), b"x" * 100_000)
    assert there.requests == []
    [record] = [record for record in caplog.records if record.name == "plures.tls"]
    assert "a connection from 127.0.0.1 was refused" in record.message
    assert any(each in record.message for each in logged.split("|"))


BAD_CALLEES: dict[str, tuple[Bad, str]] = {
    "expired": (lambda a, _: pair(a, "callee", NOW - 2 * DAY), "has ended by the clock here .* compare the clocks"),
    "early": (lambda a, _: pair(a, "callee", NOW + 2 * DAY), "is not good yet by the clock here"),
    "foreign": (lambda a, f: trusting(pair(f, "callee"), a), "its authority is not trusted here"),
    "self-signed": (lambda a, _: self_signed("callee", a.trust), "signed by itself"),
    "another process": (
        lambda a, _: pair(a, "search"),
        "is of spiffe://shop/search and spiffe://shop/callee is called",
    ),
    "of a client": (lambda a, _: for_uses(a, "callee", ExtendedKeyUsageOID.CLIENT_AUTH), "not made for this side"),
}


@pytest.mark.parametrize("kind", BAD_CALLEES)
async def test_nothing_is_sent_to_a_bad_callee(
    kind: str, issuer: Authority, foreign: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    make, told = BAD_CALLEES[kind]
    async with served(identity(make(issuer, foreign))) as there:
        with pytest.raises(Untrusted, match=told):
            await ask(there.url, pair(issuer, "caller"))
    assert there.requests == []
    if kind != "another process":
        assert "a connection from 127.0.0.1 was refused" in caplog.text


async def test_a_caller_without_a_certificate_has_no_name(issuer: Authority) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=issuer.trust.decode())
    async with served(identity(pair(issuer, "callee"))) as there:
        reader, writer = await asyncio.open_connection("127.0.0.1", there.port, ssl=context)
        writer.write(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b"200 OK" in await reader.read()
        writer.close()
    assert [request.peer for request in there.requests] == [""]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
async def test_the_least_version_is_1_2(issuer: Authority, version: ssl.TLSVersion) -> None:
    own = identity(pair(issuer, "caller"))
    own.contexts.client.minimum_version = own.contexts.client.maximum_version = version
    async with served(identity(pair(issuer, "callee"))) as there:
        connecting = asyncio.open_connection("127.0.0.1", there.port, ssl=own.contexts.client)
        if version is ssl.TLSVersion.TLSv1_1:
            with pytest.raises(OSError):
                await connecting
            return
        reader, writer = await connecting
        assert writer.get_extra_info("ssl_object").selected_alpn_protocol() == "http/1.1"
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b"spiffe://shop/caller" in await reader.read()
        writer.close()


async def test_a_public_server_is_known_by_its_host_and_the_authorities_of_the_system(issuer: Authority) -> None:
    async with served(identity(pair(issuer, "callee"))) as there:
        with pytest.raises(Untrusted, match="its authority is not trusted here"):
            await ask(there.url, None)


async def test_https_to_a_plain_listener_and_http_to_tls_say_what_to_write(issuer: Authority) -> None:
    async with served(None) as there:
        with pytest.raises(Untrusted, match="it speaks plain HTTP there: write http://"):
            await ask(there.url.replace("http:", "https:"), pair(issuer, "caller"))
    async with served(identity(pair(issuer, "callee"))) as there:
        reply = await ask(there.url.replace("https:", "http:"), None)
    assert (reply.http_status, reply.outcome) == (400, "not sent")
    assert b"this listener speaks TLS: write https://" in reply.body


async def test_a_renewal_keeps_pooled_connections_and_both_sides_show_the_new_one(issuer: Authority) -> None:
    ours, theirs = Fixed(pair(issuer, "caller")), Fixed(pair(issuer, "callee"))
    callee = Identity(theirs, "spiffe://shop/callee", {})
    async with served(callee) as there:
        caller = Identity(ours, "spiffe://shop/caller", {there.url: "spiffe://shop/callee"})
        transport = HttpTransport(tls=caller)
        outgoing = Outgoing("/x", 1000, 1, b"")
        await transport.unary(there.url, outgoing)
        [first] = transport._open
        ours.pair, theirs.pair = pair(issuer, "caller-2"), pair(issuer, "callee")
        caller.look()
        callee.look()
        assert (await transport.unary(there.url, outgoing)).body == b"spiffe://shop/caller "
        assert transport._open == {first}
        # Its age is over.
        first.ends_at = monotonic()
        assert (await transport.unary(there.url, outgoing)).body == b"spiffe://shop/caller-2 "
        [second] = transport._open
        assert second is not first
        await transport.close()


async def test_a_connection_ends_with_the_certificate_of_its_peer(issuer: Authority) -> None:
    soon = issuer.issue("spiffe://shop/callee", ["127.0.0.1"], timedelta(minutes=2), datetime.now(UTC))
    async with served(identity(soon)) as there:
        transport = HttpTransport(tls=identity(pair(issuer, "caller"), {there.url: "spiffe://shop/callee"}))
        await transport.unary(there.url, Outgoing("/x", 1000, 1, b""))
        [connection] = transport._open
        assert connection.ends_at <= monotonic() + 120
        await transport.close()


async def test_a_peer_that_never_finishes_the_handshake_is_closed(
    issuer: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(identity(pair(issuer, "callee"))) as there:
        reader, writer = await asyncio.open_connection("127.0.0.1", there.port)
        writer.write(b"\x16\x03\x01")
        await writer.drain()
        while not there.listener.state.connections:  # noqa: ASYNC110 - nothing tells when one is accepted
            await asyncio.sleep(0.01)
        [waiting] = there.listener.state.connections
        waiting.tick(5.0)
        assert not waiting._transport.is_closing()
        waiting.tick(6.0)
        with pytest.raises(ConnectionError):
            assert await reader.read() == b""
            raise ConnectionResetError
        writer.close()
        await asyncio.sleep(0.01)
        assert not there.listener.state.connections
    assert "did not finish the handshake of TLS in time" in caplog.text


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("10.0.0.9", 1)})
        self.written = b""
        self.is_aborted = False

    def write(self, data: Any) -> None:
        self.written += data

    def abort(self) -> None:
        self.is_aborted = True

    def is_closing(self) -> bool:
        return self.is_aborted

    def write_eof(self) -> None:
        pass

    def close(self) -> None:
        self.is_aborted = True


async def test_of_a_thousand_half_open_handshakes_the_oldest_give_way(issuer: Authority) -> None:
    own = identity(pair(issuer, "callee"))
    connections: set[Any] = set()
    handshakes = Handshakes(lambda: own.contexts.server, asyncio.Protocol, b"", connections)
    wires = [Wire() for _ in range(MOST_HANDSHAKES + 5)]
    for wire in wires:
        protocol = TlsServerProtocol(handshakes)
        protocol.connection_made(wire)
        protocol.data_received(b"\x16\x03\x01\x02\x00")
    assert [wire.is_aborted for wire in wires[:6]] == [True] * 5 + [False]
    assert len(connections) == MOST_HANDSHAKES


class Echo(asyncio.Protocol):
    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


async def test_a_handshake_that_comes_byte_by_byte_is_taken(issuer: Authority) -> None:
    own = identity(pair(issuer, "callee"))
    wire, protocol = Wire(), TlsServerProtocol(Handshakes(lambda: own.contexts.server, Echo, b"", set()))
    protocol.connection_made(wire)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    peer = identity(pair(issuer, "caller")).contexts.client.wrap_bio(incoming, outgoing, server_hostname="x")

    def pass_on() -> None:
        for byte in outgoing.read():
            protocol.data_received(bytes([byte]))
        incoming.write(wire.written)
        wire.written = b""

    with pytest.raises(ssl.SSLWantReadError):
        peer.do_handshake()
    pass_on()
    peer.do_handshake()
    peer.write(b"hello")
    pass_on()
    assert peer.read() == b"hello"
    protocol.connection_lost(None)


async def test_a_handshake_that_fails_leaves_nothing_behind(issuer: Authority) -> None:
    own = identity(pair(issuer, "callee"))
    handshakes = Handshakes(lambda: own.contexts.server, asyncio.Protocol, b"", set())
    protocol, wire = TlsServerProtocol(handshakes), Wire()
    protocol.connection_made(wire)
    protocol.data_received(b"\x16\x03\x01\x00\x05hello")
    assert wire.written.startswith(b"\x15\x03"), "an alert"
    protocol.connection_lost(None)
    gone = weakref.ref(protocol)
    del protocol
    gc.collect()
    assert gone() is None


async def test_what_comes_while_reading_is_paused_waits(issuer: Authority) -> None:
    """More requests in one piece than are read ahead."""
    context = identity(pair(issuer, "caller")).contexts.client
    async with served(identity(pair(issuer, "callee"))) as there:
        reader, writer = await asyncio.open_connection("127.0.0.1", there.port, ssl=context)
        body = b"y" * 20_000
        one = b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000\r\n\r\n" + body
        writer.write(one * 60)
        answer = b"spiffe://shop/caller " + body
        for _ in range(60):
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"200 OK" in head
            assert await reader.readexactly(len(answer)) == answer
        writer.close()


async def test_a_peer_that_breaks_off_in_the_handshake_was_not_asked(issuer: Authority) -> None:
    async def handler(reader: Reader, writer: Writer) -> None:
        await reader.read(1)

    async with raw_server(handler) as server:
        with pytest.raises(NotSent):
            await ask(server.url.replace("http:", "https:"), pair(issuer, "caller"))


async def test_the_own_certificate_bounds_the_life_of_a_connection(issuer: Authority) -> None:
    made = replace(pair(issuer, "caller"), until=datetime.now(UTC) + timedelta(seconds=60))
    assert identity(made).left_s() <= 60


@pytest.fixture(autouse=True)
def _all_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="plures.tls")
