"""Shops to visit, and other applications: `plures run` as a user types it, on free ports, with data of their own."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Final

from plures.deploy import Run, find_runs
from tests.interop.connect_node import NODE

ROOT: Final = Path(__file__).parents[2]
APPLICATION: Final = "marketplace.app:app"
CAPABILITIES: Final = (
    "catalog",
    "search",
    "pricing",
    "inventory",
    "reviews",
    "recommendations",
    "cart",
    "checkout",
    "payments",
    "fraud",
    "shipping",
    "orders",
    "profile",
    "notifications",
)
LANGUAGES: Final = ("notifications", "shipping")
"""Those that are written in another language as well."""
_ANNOUNCED: Final = re.compile(r"(?:marketplace|the application): (http://\S+)")
_START_S: Final = 120
_STOP_S: Final = 60


def write_topologies(folder: Path) -> Path:
    """A plures.toml with the shop in one process, and with a process for each capability."""
    own = "\n".join(f'{name} = {{ capabilities = ["{name}"] }}' for name in CAPABILITIES)
    file = folder / "plures.toml"
    file.write_text(
        f"""
[application]
import = "{APPLICATION}"
data = "{folder / "data"}"

[topology.monolith]
main = {{ capabilities = ["*"] }}

[topology.split]
{own}
front = {{ capabilities = [], edge = true }}
"""
    )
    return file


def write_languages(folder: Path, notifications: Path, shipping: Path) -> Path:
    """The plures.toml of this repository, whose commands lead to where the tests have built them, and what is in Python apart as well."""
    text, left = (ROOT / "plures.toml").read_text(), [each for each in CAPABILITIES if each not in LANGUAGES]
    head, languages = text.split("[topology.languages]")
    together = 'shop = { capabilities = ["*"] }'
    assert together in languages
    apart = "\n".join(f'{name} = {{ capabilities = ["{name}"] }}' for name in left)
    text = (
        f"{head}[topology.languages]{languages.replace(together, apart)}front = {{ capabilities = [], edge = true }}\n"
    )
    for place, built in (
        ("marketplace/notifications/typescript", notifications),
        ("marketplace/shipping/go/bin/shipping", shipping),
    ):
        assert place in text
        text = text.replace(place, str(built))
    file = folder / "plures.toml"
    file.write_text(text)
    return file


@contextmanager
def plures_run(folder: Path, topology: str, file: Path | None = None) -> Iterator[str]:
    """The shop's address while `plures run` runs it; stops it with SIGINT afterwards. Without a file, the topologies are those of this module."""
    settings = ["--file", str(file or write_topologies(folder)), "--data", str(folder / "data")]
    ports = ["--port", "0", "--control-port", "0"]
    command = [sys.executable, "-m", "plures", "run", "--topology", topology, *settings, *ports]
    # The `node` of a command is that of the wheel: the machine may have an old one.
    path = os.pathsep.join([str(NODE.parent), os.environ["PATH"]])
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MARKETPLACE_DATA": str(folder / "data"), "PATH": path}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        lines: Queue[str | None] = Queue()
        reading = threading.Thread(target=_read, args=(process, lines))
        reading.start()
        try:
            yield _address(lines)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            finally:
                reading.join()


@contextmanager
def application_run(folder: Path) -> Iterator[Run]:
    """The application in a folder with a plures.toml, while `plures run` runs it; stops it with SIGINT afterwards."""
    command = [sys.executable, "-m", "plures", "run", "--control-port", "0"]
    with (folder / "log").open("w") as log, subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process:
        try:
            yield _running(folder, process)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def _running(folder: Path, process: "subprocess.Popen[bytes]") -> Run:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        for run in find_runs(folder / ".plures").running:
            return run
        time.sleep(0.05)
    message = f"plures run does not run: {(folder / 'log').read_text()}"
    raise AssertionError(message)


def _read(process: subprocess.Popen[str], lines: "Queue[str | None]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def _address(lines: "Queue[str | None]") -> str:
    """The address that `plures run` announces when the shop is open."""
    said: list[str] = []
    while True:
        try:
            line = lines.get(timeout=_START_S)
        except Empty:
            line = None
        if line is None:
            message = "plures run did not open the shop:\n" + "".join(said)
            raise AssertionError(message)
        said.append(line)
        if found := _ANNOUNCED.search(line):
            return found[1]
