"""How long a start takes: from ``plures run`` until it answers ``GET /``, and until it answers a search."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from rich.progress import track

from bench.options import Options
from bench.processes import ROOT, WorkerFailed
from bench.results import Column, Result, Row, Section, Target
from bench.samples import median_of
from bench.shop.variants import Storage
from plures.deploy.serving.sockets import free_port

Figures = dict[str, float]
_POLL_S = 0.005
_LIMIT_S = 120.0
_PLURES = Path(sys.executable).parent / "plures"


def run(options: Options) -> Result:
    """Measure a first run in an empty folder, then runs that find its databases."""
    with TemporaryDirectory() as folder:
        first = [_started(Path(folder))]
        later = [_started(Path(folder)) for _ in track(range(options.rounds), description="Start")]
    rows = [Row("first run", first[0], first), Row("later runs", median_of(later), later)]
    columns = [
        Column("home_s", "until GET / answers (s)", 2),
        Column("search_s", "until a search finds something (s)", 2),
    ]
    section = Section("`plures run`, one process", columns, rows)
    target = Target("start after the first run", "at most", 3.0, section.figure("later runs", "home_s"), "s")
    return Result("start", options.quick, options.rounds, options.seed, [section], [target])


def _started(folder: Path) -> Figures:
    port = free_port()
    _write_settings(folder, port)
    began = perf_counter()
    with _plures_run(folder) as process:
        home = _answered(process, port, "/") - began
        search = _answered(process, port, "/search?q=lens") - began
    return {"home_s": home, "search_s": search}


def _write_settings(folder: Path, port: int) -> None:
    lines = ["[application]", f'import = "{Storage.SQLITE.value}"', "[listen]", f'public = "127.0.0.1:{port}"']
    (folder / "plures.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


@contextmanager
def _plures_run(folder: Path) -> Generator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [_PLURES, "run"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answered(process: "subprocess.Popen[bytes]", port: int, path: str) -> float:
    """The time at which the page first came with status 200.

    Raises:
        WorkerFailed: The shop ended, or did not answer in time.
    """
    end = perf_counter() + _LIMIT_S
    while perf_counter() < end:
        if process.poll() is not None:
            raise WorkerFailed(f"plures run ended with {process.returncode} before it answered")
        if _status(port, path) == 200:
            return perf_counter()
        sleep(_POLL_S)
    raise WorkerFailed(f"plures run did not answer {path} in {_LIMIT_S:.0f} s")


def _status(port: int, path: str) -> int | None:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
