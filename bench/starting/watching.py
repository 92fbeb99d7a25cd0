"""A run of the marketplace that is watched: when its replicas are ready, what they take, and how soon one is there again."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Final

from bench.processes import ROOT, WorkerFailed

WAYS: Final = ("anew", "plures", "application")
"""Each replica imports everything; it is forked with Plures; with the application as well."""

_READY: Final = re.compile(r"(\S+) +\| ready, process (\d+)")
_AGAIN: Final = re.compile(r"(\S+) +\| starts again in (\S+) s")
_TICKS: Final = os.sysconf("SC_CLK_TCK")


class Watched:
    """A run that has been started.

    Attributes:
        pid: Of its supervisor.
        replicas: Name → process number.
    """

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.pid = process.pid
        self._began = monotonic()
        self.replicas: dict[str, int] = {}

    def all_ready(self) -> float:
        """Seconds from the start of the command until all replicas have been ready. Raises WorkerFailed."""
        for line in self._lines():
            if "the application: " in line:
                return monotonic() - self._began
        raise WorkerFailed("plures run ended before everything was ready")

    def cpu_s(self) -> float:
        """Processor time of all its processes until now, in seconds."""
        return sum(map(_cpu_s, (self._process.pid, *self.started())))

    def started(self) -> list[int]:
        """The processes that it has started, and those that they have."""
        return [*_descendants(self._process.pid)]

    def again(self, replica: str) -> float:
        """Kill a replica: seconds from when another one is started until that is ready. Raises WorkerFailed."""
        os.kill(self.replicas[replica], signal.SIGKILL)
        begins = 0.0
        for line in self._lines():
            if (match := _AGAIN.match(line)) and match[1] == replica:
                begins = monotonic() + float(match[2])
            if (match := _READY.match(line)) and match[1] == replica:
                # The pause is told in tenths.
                return monotonic() - begins
        raise WorkerFailed("plures run ended before the replica was ready")

    def _lines(self) -> Iterator[str]:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if match := _READY.match(line):
                self.replicas[match[1]] = int(match[2])
            yield line


@contextmanager
def watched(way: str, topology: str, data: Path) -> Generator[Watched]:
    """Run a topology of the marketplace while the block runs.

    Args:
        way: One of `WAYS`.
        data: Its data folder; plures.toml is written beside it.
    """
    if way == "anew":
        command = [sys.executable, "-m", "bench.starting.anew", topology, str(data)]
    else:
        text = (ROOT / "plures.toml").read_text(encoding="utf-8").replace("preload = true\n", "")
        preload = "preload = true\n" if way == "application" else ""
        file = data.parent / "plures.toml"
        file.write_text(text.replace("[application]\n", f"[application]\n{preload}"), encoding="utf-8")
        options = ["--topology", topology, "--data", str(data), "--port", "0", "--control-port", "0"]
        command = [sys.executable, "-m", "plures", "run", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=data.parent, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        yield Watched(process)
    finally:
        process.terminate()
        # It waits for a reader of what it says.
        process.communicate()


def pss_kib(pid: int) -> int:
    """What a process takes of the memory, with its share of what several have."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


def _cpu_s(pid: int) -> float:
    # Of its ended children as well.
    with suppress(OSError):
        return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15])) / _TICKS
    return 0.0


def _descendants(pid: int) -> Iterator[int]:
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield int(child)
                yield from _descendants(int(child))
