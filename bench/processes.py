"""Starts the processes of a benchmark on their cores, talks to them over pipes, and always stops them.

A worker pins itself to its core, says on standard output that it is ready, and dies with its parent.
"""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Coroutine, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import Any

import uvloop

SERVER_CORE, CLIENT_CORE = 0, 1
ROOT = Path(__file__).parent.parent
_READY = "ready "
_START_LIMIT_S = 180.0
_PR_SET_PDEATHSIG = 1


class WorkerFailed(Exception):
    """A process of the benchmark ended or stayed silent when it should have answered."""


def run_worker(core: int | None, main: Coroutine[Any, Any, None]) -> None:
    """Run a worker's main coroutine on uvloop until it ends or SIGTERM comes, on this core only (None: on any)."""
    if core is not None:
        os.sched_setaffinity(0, {core % (os.cpu_count() or 1)})
    die_with_parent()
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        uvloop.run(main)


def die_with_parent() -> None:
    """Get SIGTERM when the process that started this one ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def announce(answer: object) -> None:
    """Tell the parent that this worker is ready; the ``answer`` is often its port."""
    print(f"{_READY}{answer}", flush=True)


class Worker:
    """A process that we started."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command = [sys.executable, "-m", *arguments]
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **environment},
        )
        self.pid = self._process.pid

    def ready(self) -> str:
        """Wait for what the worker announces, and pass over the lines before that.

        Raises:
            WorkerFailed: It ended, or took too long.
        """
        while not (line := self.read_line(_START_LIMIT_S)).startswith(_READY):
            pass
        return line.removeprefix(_READY)

    def read_line(self, limit_s: float) -> str:
        """Wait for the next line of its output.

        Raises:
            WorkerFailed: It ended, or took longer than ``limit_s``.
        """
        limit = Timer(limit_s, self._process.kill)
        limit.start()
        line = self._process.stdout.readline() if self._process.stdout else ""
        limit.cancel()
        if not line:
            raise WorkerFailed(f"{' '.join(self._command)} ended with {self._process.wait()} instead of an answer")
        return line.rstrip("\n")

    def go(self) -> None:
        """Tell the worker, which waits for this line, to begin."""
        self.say("")

    def say(self, line: str) -> None:
        """Give the worker a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def stop(self, *, grace_s: float = 10.0) -> None:
        """Terminate the process, kill it if it is still there after ``grace_s``, and reap it."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(grace_s)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


@contextmanager
def worker(*arguments: str, environment: Mapping[str, str] | None = None) -> Generator[Worker]:
    """Start a worker, ``python -m`` with these arguments; stop it on leaving."""
    started = Worker(arguments, environment or {})
    try:
        yield started
    finally:
        started.stop()
