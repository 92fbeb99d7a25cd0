"""Traces as an application of 50 capabilities and 200 edges leaves them."""

from pathlib import Path
from random import Random
from time import monotonic, process_time, time
from typing import Final

from plures.telemetry import Noted, Rate, SpanKind, Subject, Telemetry, Trace
from plures.telemetry.store import KEPT_IN, Anchor, Bounds, LogLine, ProcessName, Store

CAPABILITIES: Final = 50
EDGES: Final = 200
_PER_TRACE: Final = 12
_CHUNK: Final = 2_772
"""Spans at a time: of a million, one each ten seconds of an hour, as figures are counted."""
_LINES: Final = 230

random: Final = Random(7)


def subjects() -> list[Subject]:
    """The first is the edge; then one for each edge of the graph."""
    found = [Subject(SpanKind.SERVER, "GET /product", "", "", "", "")]
    for number in range(EDGES):
        caller, callee = number % CAPABILITIES, (number * 7 + number // CAPABILITIES) % CAPABILITIES
        placement = "remote" if number % 3 else "local"
        kind = SpanKind.CLIENT if number % 3 else SpanKind.INTERNAL
        name = f"c{callee}/Find{number}"
        found.append(Subject(kind, name, f"c{callee}", f"c{caller}", placement, f"shop.c{callee}.v1"))
    return found


def note(telemetry: Telemetry, about: list[Subject], spans: int) -> None:
    """Note so many spans, a dozen in each trace; one trace of a thousand fails, and one of ten has an attribute."""
    now = monotonic()
    for number in range(spans // _PER_TRACE):
        trace = Trace(kept_for="drawn")
        ids = [trace.next_span() for _ in range(_PER_TRACE)]
        attributes = f'{{"order":"{random.randrange(10**6)}"}}' if number % 10 == 0 else ""
        code = "unavailable" if number % 1000 == 0 else ""
        for each in reversed(ids[1:]):
            lasted = random.expovariate(200)
            trace.note(Noted(random.choice(about[1:]), each, each // 2, now, now + lasted, code, attributes))
        trace.note(Noted(about[0], ids[0], 0, now, now + random.expovariate(20), code))
        telemetry.recorder.close(trace)


def count(telemetry: Telemetry, about: list[Subject]) -> None:
    """Let each subject have counted some calls."""
    known = {meter.subject: meter for meter in telemetry.meters}
    for subject in about:
        meter = known.get(subject) or telemetry.meter(subject)
        for _ in range(20):
            meter.buckets[random.randrange(240, 300)] += 1
        meter.begun = meter.ended = meter.ended + 20
        meter.seconds += 0.1


class _Clock:
    """A clock of the world that begins an hour ago, and is moved ahead."""

    def __init__(self) -> None:
        self.ahead_s = -3600.0

    def __call__(self) -> float:
        return time() + self.ahead_s


def fill(folder: Path, spans: int, mib: int) -> None:
    """Write so many spans, and lines of the log with them, as if over the last hour; print how fast that was."""
    telemetry, about, clock = Telemetry(Rate()), subjects(), _Clock()
    store = Store(folder, telemetry, ProcessName("shop", 1), Bounds(mib), anchor=Anchor(clock), count_s=0)
    took, logs = 0.0, 0
    for number in range(spans // _CHUNK):
        note(telemetry, about, _CHUNK)
        began = process_time()
        store.write()
        took += process_time() - began
        clock.ahead_s += 3600 / (spans // _CHUNK)
        count(telemetry, about)
        for line in range(_LINES):
            words = f"order {number * _LINES + line} placed by c{line % 50}"
            store.put_log(LogLine(int(clock() * 1e6), 40 if line == 7 else 20, "shop.orders", words))
            logs += 1
    store.write()
    size = sum(each.stat().st_size for each in folder.iterdir())
    print(
        f"written: {spans / took:,.0f} spans/s of processor time; {size / spans:.0f} bytes a span, all told; {store.lost} lost"
    )
    print(f"file: {size / 2**20:.0f} MiB, {logs:,} lines of the log; {KEPT_IN}")
