"""Runs the pair, has it make calls at several paces, and works out what one costs."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, sleep, time
from typing import Any, Final
from urllib.request import Request, urlopen

import msgspec

from plures.deploy import Run, find_runs
from plures.planning import Cost, Pace

from .errors import NotMeasured
from .pair import IMPORTED

_PAUSES: Final = ((0.1, 20), (0.02, 60), (0.002, 300))
"""How long a caller pauses before each call, in seconds, and how many calls are made so."""
_ROUNDS: Final = 2
_BESIDE: Final = 6
_BESIDE_ROUNDS: Final = 40
_IDLE_S: Final = 4.0
_SETTLE_S: Final = 1.0
_START_S: Final = 60.0
_STOP_S: Final = 20.0
_US: Final = 1e6
_FILE: Final = """
[application]
import = "plures.calibration.pair.app:app"

[topology.pair]
answerer = { capabilities = ["answerer"] }
caller = { capabilities = ["*"] }
"""


class _Driven(msgspec.Struct):
    waited_us: list[float] = msgspec.field(name="waitedUs")
    cpu_s: float = msgspec.field(name="cpuS")
    lasted_s: float = msgspec.field(name="lastedS")


class _Phase(msgspec.Struct):
    """Some calls.

    Attributes:
        cpu_us: Of each, on both sides.
        per_s: How many were made a second.
    """

    waited_us: list[float]
    cpu_us: float
    per_s: float


def calibrate(application: str = "", folder: Path | None = None, *, share: float = 1.0) -> Cost:
    """Measure what remote calls and processes cost here, now: that takes about twenty-five seconds.

    Args:
        application: The import string of an application, whose memory is measured without any of its data; empty for none.
        folder: Where it is imported from.
        share: Of the calls and the seconds that are measured otherwise; less is quicker and less exact.

    Raises:
        NotMeasured: The processes did not start, or did not answer.
    """
    with TemporaryDirectory(prefix="plures-calibration-") as own, _running(Path(own), application, folder) as run:
        pair = _Pair(run, share)
        try:
            return _measured(pair)
        except (OSError, msgspec.MsgspecError) as error:
            raise NotMeasured(str(error)) from error


class _Pair:
    """Calls its operations as a program of a user would."""

    def __init__(self, run: Run, share: float) -> None:
        self._run, self._share = run, share

    def call(self, capability: str, operation: str, **fields: object) -> Any:
        url = f"{self._run.capabilities[capability][0]}/plures.calibration.{capability}.v1.{capability.title()}/{operation}"
        headers = {
            "content-type": "application/json",
            "connect-protocol-version": "1",
            "authorization": f"Bearer {self._run.token}",
        }
        request = Request(url, msgspec.json.encode(fields), headers)  # noqa: S310 - it is of a process of ours
        with urlopen(request, timeout=_START_S) as answer:  # noqa: S310 - as above
            said = msgspec.json.decode(answer.read(), type=dict[str, Any])
        # What is no message travels as the one field of one.
        return said["value"] if set(said) == {"value"} else said

    def used_s(self) -> tuple[float, float]:
        """Processor time of both processes."""
        return float(self.call("driver", "Used")), float(self.call("answerer", "Used"))

    def idle(self) -> float:
        """Processor time that a process takes which nothing calls, in processors: that of the one that took less."""
        sleep(_SETTLE_S * self._share)
        before, began = self.used_s(), monotonic()
        sleep(_IDLE_S * self._share)
        used, passed = self.used_s(), monotonic() - began
        return min(after - earlier for earlier, after in zip(before, used, strict=True)) / passed

    def phase(self, *, remote: bool, rounds: int, pause_s: float, beside: int = 1) -> _Phase:
        rounds = max(3, round(rounds * self._share))
        before = self.used_s()
        said = self.call("driver", "Drive", remote=remote, rounds=rounds, pauseS=pause_s, beside=beside)
        driven = msgspec.convert(said, _Driven)
        after = self.used_s()
        calls = rounds * beside
        used = sum(after) - sum(before)
        return _Phase(driven.waited_us, used / calls * _US, calls / driven.lasted_s)


def _measured(pair: _Pair) -> Cost:
    for remote in (False, True):
        pair.phase(remote=remote, rounds=30, pause_s=0.002, beside=2)
    memory = int(pair.call("driver", "Memory"))
    idle = pair.idle()
    paces = [_pace(pair, pause_s, rounds, idle) for pause_s, rounds in _PAUSES]
    wait, cpu = _beside(pair, idle)
    # What a process does just after its start is not what it does all day.
    idle = min(idle, pair.idle())
    first = paces[1]
    return Cost(
        at=int(time() * _US),
        paces=tuple(sorted(paces, key=lambda each: each.per_s)),
        beside_wait_us=max(0.0, (wait - first.wait_us) / (_BESIDE - 1)),
        beside_cpu_us=max(0.0, cpu),
        idle_cpu=idle,
        memory_bytes=memory,
        calls=_ROUNDS * (sum(rounds for _, rounds in _PAUSES) + _BESIDE_ROUNDS * _BESIDE),
    )


def _pace(pair: _Pair, pause_s: float, rounds: int, idle: float) -> Pace:
    here, there = _both(pair, rounds, pause_s, 1)
    per_s = sum(each.per_s for each in there) / len(there)
    return Pace(per_s, max(0.0, _waited(there) - _waited(here)), max(0.0, _used(there, idle) - _used(here, idle)))


def _beside(pair: _Pair, idle: float) -> tuple[float, float]:
    here, there = _both(pair, _BESIDE_ROUNDS, _PAUSES[1][0], _BESIDE)
    return max(0.0, _waited(there) - _waited(here)), _used(there, idle) - _used(here, idle)


def _both(pair: _Pair, rounds: int, pause_s: float, beside: int) -> tuple[list[_Phase], list[_Phase]]:
    """Calls in the process and over the wire, in turn: what else the machine does meets both."""
    phases = [
        (remote, pair.phase(remote=remote, rounds=rounds, pause_s=pause_s, beside=beside))
        for _ in range(_ROUNDS)
        for remote in (False, True)
    ]
    return [phase for remote, phase in phases if not remote], [phase for remote, phase in phases if remote]


def _waited(phases: list[_Phase]) -> float:
    return median(wait for each in phases for wait in each.waited_us)


def _used(phases: list[_Phase], idle: float) -> float:
    """Of a call, without what both processes take anyway."""
    return sum(each.cpu_us - 2 * idle / each.per_s * _US for each in phases) / len(phases)


@contextmanager
def _running(folder: Path, application: str, imported_from: Path | None) -> Generator[Run]:
    (folder / "plures.toml").write_text(_FILE, encoding="utf-8")
    data, log = folder / "data", folder / "log"
    arguments = ("run", "--topology", "pair", "--data", str(data), "--port", "0", "--control-port", "0")
    path = os.pathsep.join(filter(None, (str(imported_from or ""), os.environ.get("PYTHONPATH", ""))))
    environment = {**os.environ, IMPORTED: application.partition(":")[0], "PYTHONPATH": path}
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - the interpreter that runs this
            [sys.executable, "-m", "plures", *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _found(process, data, log)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _found(process: "subprocess.Popen[bytes]", data: Path, log: Path) -> Run:
    until = monotonic() + _START_S
    while monotonic() < until:
        found = find_runs(data).running
        if found:
            return found[0]
        if process.poll() is not None:
            said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise NotMeasured(f"the processes ended: {' '.join(said[-3:])}")
        sleep(0.05)
    raise NotMeasured(f"they were not ready within {_START_S:.0f} s")
