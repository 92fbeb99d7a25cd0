"""The tour in README.md, line by line, as a reader would type it.

Only ports and folders differ: the reader's 8000 and 8001 become free ones, and the folder is a copy that a test may write to.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```console\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
START_LIMIT_S = 90
COMMAND_LIMIT_S = 240


class Reader:
    """Somebody at a terminal: a folder, two ports, and at most one application that runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = {"8000": free_port(), "8001": free_port()}
        self._running: subprocess.Popen[bytes] | None = None
        scripts = sysconfig.get_path("scripts")
        self._environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}

    def type(self, command: str, *, fails: bool = False) -> str:
        """What a command prints; one that runs an application goes on in the background."""
        if command.startswith("cd "):
            self._folder = self._folder / command.removeprefix("cd ")
            return ""
        if command.startswith("plures run"):
            self._run(f"{command} --port {self._ports['8000']} --control-port {self._ports['8001']}")
            return ""
        if command.startswith("plures call"):
            command = command.replace("plures call", f"plures call --at http://localhost:{self._ports['8001']}", 1)
        command = re.sub(r"(?<=localhost:)800[01]", lambda match: self._ports[match.group()], command)
        finished = subprocess.run(
            ["bash", "-c", command], cwd=self._folder, env=self._environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False, timeout=COMMAND_LIMIT_S,
        )  # fmt: skip
        assert (finished.returncode != 0) == fails, f"{command}\n{finished.stdout}"
        return finished.stdout

    def stop(self) -> None:
        """Press Ctrl-C."""
        if self._running is not None:
            self._running.send_signal(signal.SIGINT)
            assert self._running.wait(timeout=60) in (0, 130)
            self._running = None

    def _run(self, command: str) -> None:
        self.stop()
        with (self._folder / "run.log").open("ab") as log:
            arguments = command.split()
            self._running = subprocess.Popen(
                arguments, cwd=self._folder, env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )
        for port, path in (("8001", "health/ready"), ("8000", "?name=you")):
            self._wait_for(f"http://localhost:{self._ports[port]}/{path}")

    def _wait_for(self, url: str) -> None:
        limit = time.monotonic() + START_LIMIT_S
        while time.monotonic() < limit and self._running is not None and self._running.poll() is None:
            try:
                if httpx.get(url, timeout=5).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        pytest.fail(f"{url} does not answer\n{(self._folder / 'run.log').read_text()}")


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    if shutil.which("curl") is None:
        pytest.skip("needs curl, which the tour shows")
    for name in ("plures.toml", "marketplace"):
        (tmp_path / name).symlink_to(ROOT / name)
    reader = Reader(tmp_path)
    yield reader
    reader.stop()


def test_the_tour_works_line_by_line(reader: Reader) -> None:
    for command, promised in tour():
        printed = reader.type(command, fails="failed: " in "".join(promised))
        position = 0
        for line in promised:
            found = squeezed(printed).find(squeezed(line), position)
            assert found >= 0, f"$ {command}\nshould print: {line}\nbut prints:\n{printed}"
            position = found + len(squeezed(line))


def tour() -> list[tuple[str, list[str]]]:
    """The commands of the tour, each with the lines that the reader is told to expect."""
    section = (ROOT / "README.md").read_text().partition("## A tour\n")[2].partition("\n## ")[0]
    lines = [line for block in BLOCK.findall(section) for line in block.splitlines()]
    steps: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("$ "):
            steps.append((line.removeprefix("$ "), []))
        else:
            steps[-1][1].append(line)
    return steps


def squeezed(text: str) -> str:
    """Tables are as wide as the terminal: runs of spaces count as one."""
    return re.sub(r"\s+", " ", text)


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return str(probe.getsockname()[1])
