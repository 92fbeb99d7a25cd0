"""What telemetry costs a call in one process: ``python -m bench.telemetry.local [--batches N]``.

Each figure is the processor time of this thread for a call, over that of the direct await of the same method. The ways take turns, a batch
each, so that what else the machine does meets all of them; told are the quickest batch, which the rest of the machine disturbs least, and the median.
What is noted is taken each second as in a replica, by the thread of its store.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from math import inf
from pathlib import Path
from statistics import median
from time import thread_time_ns
from typing import Any

import uvloop

from bench.calls.answer import LIMIT, TEXT
from bench.calls.contract import Search, SearchService, app
from bench.calls.rivals.plures_remote import placed
from bench.telemetry.modes import Mode, telemetry_of
from plures.application import assemble
from plures.deploy.process_setup import freeze_gc
from plures.host import Host
from plures.runtime import CallContext, current
from plures.telemetry import Trace

_BATCH = 100
Ask = Callable[..., Awaitable[Any]]


async def main(batches: int, folder: Path) -> None:
    direct = SearchService().find
    off, on, spans = [await _host(mode, folder / name) for mode, name in _HOSTS]
    _bridge(spans)
    ways: dict[str, tuple[Ask, Request | None]] = {
        "direct": (direct, None),
        "off": (off.client(Search).find, None),
        "on, each call a request of its own, not sampled": (on.client(Search).find, None),
        "on, within a request that is not sampled": (on.client(Search).find, Request(on, "")),
        "on, within a request that is sampled": (on.client(Search).find, Request(on, "drawn")),
        "the same, with spans of OpenTelemetry": (spans.client(Search).find, Request(spans, "drawn")),
    }
    freeze_gc()
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(batches):
        for name, way in ways.items():
            times[name].append(await _batch_us(*way))
        # The event loop of a replica has other things to do as well.
        await asyncio.sleep(0)
    least, usual = min(times["direct"]), median(times["direct"])
    print(f"One call in one process over the direct await ({least:.2f} us), {batches} batches of {_BATCH}")
    for name, taken in times.items():
        if name != "direct":
            print(
                f"{name:48} {min(taken) - least:6.2f} us at best, {median(taken) - usual:6.2f} us in the median batch"
            )
    for host in (off, on, spans):
        await host.stop()


_HOSTS = ((Mode.OFF, "off"), (Mode.ON, "on"), (Mode.ON, "spans"))


async def _host(mode: Mode, folder: Path) -> Host:
    host = Host(assemble(app), replace(placed("search"), telemetry=telemetry_of(mode, folder, "main")))
    await host.start()
    return host


def _bridge(host: Host) -> None:
    """Have spans of OpenTelemetry made, as an application has them that sends them."""
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from plures.otel import OtelBridge

    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(InMemorySpanExporter(), max_queue_size=1 << 20))
    host.seen.telemetry.recorder.bridge = OtelBridge(provider.get_tracer("plures"), {}, "")


class Request:
    """What the calls of a batch are made for.

    Args:
        kept_for: Why its trace is kept; empty where it is not.
    """

    def __init__(self, host: Host, kept_for: str) -> None:
        self._recorder, self._kept_for = host.seen.telemetry.recorder, kept_for

    @contextmanager
    def __call__(self) -> Generator[None]:
        trace = Trace(kept_for=self._kept_for)
        if self._recorder.bridge is not None:
            self._recorder.bridge.open(trace)
        token = current.set(CallContext(inf, 0, trace=trace, span=trace.next_span()))
        yield
        current.reset(token)
        self._recorder.close(trace)


async def _batch_us(ask: Ask, request: Request | None) -> float:
    """What a call takes in a batch; None: outside of any request."""
    began = thread_time_ns()
    with nullcontext() if request is None else request():
        for _ in range(_BATCH):
            await ask(TEXT, LIMIT)
    return (thread_time_ns() - began) / _BATCH / 1_000


if __name__ == "__main__":
    parser = argparse.ArgumentParser("python -m bench.telemetry.local", description=__doc__)
    parser.add_argument("--batches", type=int, default=1000)
    with tempfile.TemporaryDirectory(prefix="plures-telemetry-") as kept_in:
        uvloop.run(main(parser.parse_args().batches, Path(kept_in)))
