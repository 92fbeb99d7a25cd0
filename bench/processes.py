"""Starts the processes of a benchmark on the core they belong to, and always stops them.

A worker pins itself to the core it is told, announces its port on standard output, and dies with its parent.
"""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Coroutine, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer

import uvloop

SERVER_CORE, CLIENT_CORE = 0, 1
_ROOT = Path(__file__).parent.parent
_READY = "ready "
_START_LIMIT_S = 60.0
_PR_SET_PDEATHSIG = 1


class WorkerFailed(Exception):
    """A process of the benchmark ended, or stayed silent, before it was ready."""


def run_worker(core: int | None, main: Coroutine[object, object, None]) -> None:
    """Run a worker's main coroutine on uvloop, pinned to one core (None: any), until it ends or is terminated."""
    settle(core)
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        uvloop.run(main)


def settle(core: int | None) -> None:
    """Pin this process to one core, and let it die with its parent."""
    if core is not None:
        os.sched_setaffinity(0, {core % (os.cpu_count() or 1)})
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def announce(port: int) -> None:
    """Tell the parent that this worker listens."""
    print(f"{_READY}{port}", flush=True)


@contextmanager
def server(arguments: Sequence[str], *, environment: dict[str, str] | None = None) -> Generator[tuple[int, int]]:
    """A worker process that listens; gives its process id and its port, and stops it on leaving.

    Raises:
        WorkerFailed: It ended before it listened.
    """
    command = [sys.executable, *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=_ROOT, env={**os.environ, **(environment or {})}
    )
    try:
        yield process.pid, _await_port(process, command)
    finally:
        stop(process)


def output_of(arguments: Sequence[str], *, timeout_s: float) -> str:
    """The standard output of a worker that runs to its end.

    Raises:
        WorkerFailed: It failed or took longer than ``timeout_s``.
    """
    command = [sys.executable, *arguments]
    try:
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=_ROOT, timeout=timeout_s)
    except subprocess.SubprocessError as problem:
        raise WorkerFailed(f"{' '.join(command)}: {problem}") from problem
    return done.stdout


def stop(process: subprocess.Popen[str], *, grace_s: float = 10.0) -> None:
    """Terminate a process, kill it when it does not obey, and reap it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(grace_s)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


def _await_port(process: subprocess.Popen[str], command: list[str]) -> int:
    limit = Timer(_START_LIMIT_S, process.kill)
    limit.start()
    try:
        for line in process.stdout or ():
            if line.startswith(_READY):
                return int(line.removeprefix(_READY))
    finally:
        limit.cancel()
    raise WorkerFailed(f"{' '.join(command)} ended with {process.wait()} before it listened")
