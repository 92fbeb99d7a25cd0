"""An application of fifty capabilities that runs, and the telemetry of an hour in its data folder."""

import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Final

from bench.telemetry.filling import CAPABILITIES, count, fill, subjects
from plures.deploy import Run, find_runs
from plures.planning import EDGE, Cost, Pace, Target, keep, predict
from plures.telemetry import Bounds, Noted, ProcessName, Rate, Reading, SpanKind, Store, Subject, Telemetry, Trace

LONG: Final = 50_000
_START_S: Final = 60
_APP: Final = f"""
from typing import Protocol

from plures import Application, Capability, contract, query


def capability(name: str) -> Capability:
    class Asked(Protocol):
        @query()
        async def get(self, text: str) -> str: ...

    Asked.__name__ = Asked.__qualname__ = name.title()

    class Service:
        async def get(self, text: str) -> str:
            return text

    return Capability(contract(f"shop.{{name}}.v1", owner="team")(Asked), Service)


app = Application("shop", [capability(f"c{{number}}") for number in range({CAPABILITIES})])
"""


@contextmanager
def running(folder: Path, spans: int) -> Generator[Run]:
    """The application, while `plures run` runs it."""
    (folder / "shop_app.py").write_text(_APP)
    (folder / "plures.toml").write_text('[application]\nimport = "shop_app:app"\n')
    data = folder / ".plures"
    data.mkdir()
    fill(data, spans, 1024)
    command = [sys.executable, "-m", "plures", "run", "--control-port", "0"]
    with (folder / "log").open("w") as log, subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process:
        try:
            yield _started(folder, process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(_START_S)


def long_trace(folder: Path) -> str:
    """Write a trace of 50,000 spans, in parts as a job that works for long flushes them; gives its id."""
    telemetry = Telemetry(Rate())
    store = Store(folder, telemetry, ProcessName("job", 1), Bounds(1024))
    trace = Trace(kept_for="drawn")
    root, about = trace.next_span(), subjects()
    began, left = monotonic() - 60, LONG - 1
    while left:
        for _ in range(min(left, 9_999)):
            at = began + 50 * (LONG - left) / LONG
            trace.note(Noted(about[1 + left % 200], trace.next_span(), root, at, at + 0.001))
            left -= 1
        if not left:
            trace.note(Noted(Subject(SpanKind.INTERNAL, "c1/Rebuild", "c1"), root, 0, began, began + 50))
        telemetry.recorder.close(trace)
        store.write()
    return trace.id


def keep_plan(folder: Path) -> str:
    """Keep a plan of a topology that parts the capabilities of the application into ten processes; gives its name."""
    now = int(time.time() * 1_000_000)
    homes = {EDGE: "p0", **{f"c{number}": f"p{number % 10}" for number in range(CAPABILITIES)}}
    target = Target("tenths", homes, dict.fromkeys({*homes.values()}, 1))
    cost = Cost(now, (Pace(400, 720, 610),), 95, 210, 0.0021, 48_000_000)
    keep(folder, predict(Reading(folder), target, [target], cost, since=now - 3_600_000_000, until=now))
    return target.name


@contextmanager
def counting(folder: Path) -> Generator[None]:
    """All edges are called anew, ten times a second, as long as this is open."""
    telemetry, about, ended = Telemetry(Rate()), subjects(), Event()
    store = Store(folder, telemetry, ProcessName("shop", 1), Bounds(1024), count_s=0)

    def go_on() -> None:
        while not ended.wait(0.1):
            count(telemetry, about)
            store.write()

    writing = Thread(target=go_on)
    writing.start()
    try:
        yield
    finally:
        ended.set()
        writing.join()


def worked_s(pid: int) -> float:
    """Processor time of a process and of those that it began, so far."""
    task = Path(f"/proc/{pid}/task")
    threads = [each for each in task.iterdir() if (each / "schedstat").exists()]
    own = sum(int((each / "schedstat").read_text().split()[0]) / 1e9 for each in threads)
    begun = {int(child) for each in threads for child in (each / "children").read_text().split()}
    return own + sum(worked_s(child) for child in begun)


def _started(folder: Path, process: "subprocess.Popen[bytes]") -> Run:
    until = monotonic() + _START_S
    while monotonic() < until and process.poll() is None:
        for run in find_runs(folder / ".plures").running:
            return run
        time.sleep(0.05)
    message = f"plures run does not run: {(folder / 'log').read_text()}"
    raise RuntimeError(message)
