"""Where the time of a call goes: ``python -m bench.profile [client|server|local|spans|sync]``, without any network in between.

*client* is our side of a remote call up to the transport, *server* is the control listener's side of one connection,
*local* is a call by reference; *spans* is one with spans of OpenTelemetry; *sync* times all pairings of `def` and `async def` in one process, and profiles nothing. Each is timed before it runs under the profiler, which makes small functions look
slower than they are.
"""

import argparse
import asyncio
import cProfile
import pstats
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from time import monotonic, perf_counter_ns
from types import SimpleNamespace
from typing import Any, Protocol

import uvloop
from uvicorn.server import ServerState

from bench.calls.answer import LIMIT, TEXT
from bench.calls.contract import Findings, Search, SearchService, app
from bench.calls.rivals.plures_remote import TOKEN, placed
from plures import Application, Capability, blocking, contract, query
from plures.application import assemble
from plures.host import Host
from plures.http import ForOwnNames, HttpServerProtocol, OwnNames, Room
from plures.runtime import CallContext, Outgoing, Reply, ambient_client, awaitable, current
from plures.telemetry import Trace

_NOTHING = Findings(())
_BATCH, _BATCHES = 100, 400
_REQUEST = (
    b"POST /bench.search.v1.Search/Find HTTP/1.1\r\nhost: 127.0.0.1:8001\r\ncontent-type: application/json\r\n"
    b"connect-protocol-version: 1\r\nconnect-timeout-ms: 4999\r\nplures-hops: 1\r\ncontent-length: 33\r\n"
    b"authorization: Bearer " + TOKEN.encode() + b"\r\n\r\n"
    b'{"text":"camera lens","limit":10}'
)


@contract("bench.blocking.v1", owner="bench")
class BlockingSearch(Protocol):
    """The same without `await`."""

    @query(deadline_s=5)
    def find(self, text: str, limit: int = 20) -> Findings: ...


class BlockingSearchService(BlockingSearch):
    def find(self, text: str, limit: int = 20) -> Findings:  # noqa: ARG002
        return _NOTHING


class CannedTransport:
    """Answers every request at once with the same bytes."""

    def __init__(self, body: bytes) -> None:
        self._reply = Reply(200, body)

    async def unary(self, _url: str, _outgoing: Outgoing) -> Reply:
        return self._reply

    def stream(self, url: str, outgoing: Outgoing) -> AsyncGenerator[Reply, None]:
        raise NotImplementedError

    async def knock(self, _url: str) -> None:
        pass

    def give_up(self, _outgoing: Outgoing) -> None:
        pass

    async def close(self) -> None:
        pass


class Written(asyncio.Transport):
    """A connection that takes everything and sets ``arrived``."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = asyncio.Event()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert bytes(data[:15]) == b"HTTP/1.1 200 OK", bytes(data)
        self.arrived.set()

    def is_closing(self) -> bool:
        return False


async def local(hosted: Host) -> Callable[[], Awaitable[Any]]:
    """A call by reference."""
    search: Search = hosted.client(Search)
    return lambda: search.find(TEXT, LIMIT)


async def spans(hosted: Host) -> Callable[[], Awaitable[Any]]:
    """The same where each call is a span of OpenTelemetry, in a trace that is kept, beside one in a trace that is not."""
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from plures.otel import OtelBridge

    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(InMemorySpanExporter(), max_queue_size=1 << 20))
    search: Search = hosted.client(Search)
    for kept_for in ("", "drawn"):
        # What measures the calls of `local` has a recorder of its own.
        telemetry = hosted.seen.telemetry
        telemetry.recorder.bridge = OtelBridge(provider.get_tracer("plures"), {}, "")
        trace = Trace(kept_for=kept_for)
        root = CallContext(monotonic() + 600, 0, trace=trace, span=trace.next_span())
        telemetry.recorder.bridge.enter(root)
        current.set(root)
        times = [await _batch_us(partial(search.find, TEXT, LIMIT)) for _ in range(_BATCHES)]
        _print_us(f"bridged, {kept_for or 'not kept'}", times)
    return lambda: search.find(TEXT, LIMIT)


async def client(hosted: Host) -> Callable[[], Awaitable[Any]]:
    """A remote call that gets its answer at once."""
    answer = assemble(app).capabilities["search"].contract.operations["find"].answer
    findings: Findings = await SearchService().find(TEXT, LIMIT)
    transport: Any = CannedTransport(answer.encode(findings))
    caller = Host(assemble(app), placed(search=("http://127.0.0.1:1",)), transport=transport)
    await caller.start()
    search: Search = caller.client(Search)
    del hosted
    return lambda: search.find(TEXT, LIMIT)


async def server(hosted: Host) -> Callable[[], Awaitable[Any]]:
    """One request from the bytes that arrived to the bytes that leave."""
    state, written = ServerState(), Written()
    answer = ForOwnNames(hosted.control, OwnNames([]))
    configured = SimpleNamespace(loaded_app=answer, timeout_keep_alive=5, limit_concurrency=10)
    protocol = HttpServerProtocol(configured, state, Room())
    protocol.connection_made(written)

    async def call() -> None:
        written.arrived.clear()
        protocol.data_received(_REQUEST)
        await written.arrived.wait()

    return call


async def sync() -> None:
    """Calls of callers and services with and without `await`, each beside the direct call of the method."""
    service, application = (
        BlockingSearchService(),
        Application(
            "bench",
            [Capability(Search, SearchService), Capability(BlockingSearch, BlockingSearchService)],
            clients=[Search],
        ),
    )
    hosted = Host(assemble(application), placed("search", "blocking"))
    await hosted.start()
    current.set(CallContext(monotonic() + 600, 0))
    search, blocks = hosted.client(Search), hosted.client(BlockingSearch)
    for name, call in {
        "async def, called directly": SearchService().find,
        "async caller, async service": search.find,
        "async caller, async service, plures.client": ambient_client(Search).find,
        "async caller, def service": awaitable(blocks.find),
    }.items():
        _print_us(name, [await _batch_us(partial(call, TEXT, LIMIT)) for _ in range(_BATCHES)])
    for name, blocking_call in {
        "def, called directly": service.find,
        "def caller, async service": blocking(search.find),
        "def caller, def service": blocks.find,
    }.items():
        call_it = partial(blocking_call, TEXT, LIMIT)
        _print_us(name, await asyncio.to_thread(_blocking_batches_us, call_it))
    await hosted.stop()


def _print_us(name: str, times: list[float]) -> None:
    times = sorted(times)
    print(f"{name}: {times[0]:.2f} us at best, {times[len(times) // 2]:.2f} us in the median batch")


def _blocking_batches_us(call: Callable[[], Any]) -> list[float]:
    return [_blocking_batch_us(call) for _ in range(_BATCHES)]


def _blocking_batch_us(call: Callable[[], Any]) -> float:
    began = perf_counter_ns()
    for _ in range(_BATCH):
        call()
    return (perf_counter_ns() - began) / _BATCH / 1_000


async def main(what: Callable[[Host], Awaitable[Callable[[], Awaitable[Any]]]], lines: int) -> None:
    """Time it, then profile it."""
    hosted = Host(assemble(app), placed("search"))
    await hosted.start()
    current.set(CallContext(monotonic() + 600, 0))
    call = await what(hosted)
    times = sorted([await _batch_us(call) for _ in range(_BATCHES)])
    print(f"{what.__name__}: {times[0]:.2f} us at best, {times[len(times) // 2]:.2f} us in the median batch")
    with cProfile.Profile() as profile:
        await _batch_us(call)
    pstats.Stats(profile).sort_stats("tottime").print_stats(lines)
    await hosted.stop()


async def _batch_us(call: Callable[[], Awaitable[Any]]) -> float:
    began = perf_counter_ns()
    for _ in range(_BATCH):
        await call()
    return (perf_counter_ns() - began) / _BATCH / 1_000


if __name__ == "__main__":
    parser = argparse.ArgumentParser("python -m bench.profile", description=__doc__)
    parser.add_argument("what", choices=["local", "spans", "client", "server", "sync"])
    parser.add_argument("--lines", type=int, default=25, help="how many functions to list")
    parsed = parser.parse_args()
    if parsed.what == "sync":
        uvloop.run(sync())
    else:
        uvloop.run(
            main({"local": local, "spans": spans, "client": client, "server": server}[parsed.what], parsed.lines)
        )
