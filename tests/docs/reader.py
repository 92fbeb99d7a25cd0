"""A reader at a terminal, who types what a page says.

Only ports differ: the reader's 8000 and 8001 become free ones.
"""

import os
import re
import signal
import socket
import subprocess
import sysconfig
import time
from pathlib import Path

import httpx
import pytest

from .pages import CTRL_C, Block

START_LIMIT_S = 90
COMMAND_LIMIT_S = 240


class Reader:
    """A terminal of 100 columns without colours, a folder, two ports, and at most one application that runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ports = {"8000": free_port(), "8001": free_port()}
        self._running: subprocess.Popen[bytes] | None = None
        scripts = sysconfig.get_path("scripts")
        environment = {name: value for name, value in os.environ.items() if "COLOR" not in name}
        environment |= {"COLUMNS": "100", "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
        # Of the plugins that are installed here the reader has two; the others take seconds to load.
        plugins = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "pytest_asyncio.plugin,pytest_plures"}
        self.environment = environment | plugins

    def find_first(self, folder: Path) -> None:
        """Let the reader have the programs in a folder."""
        self.environment["PATH"] = f"{folder}{os.pathsep}{self.environment['PATH']}"

    def follow(self, blocks: list[Block]) -> None:
        """Write each file and type each command of a page; fails when something else is printed than the page promises."""
        for block in blocks:
            if block.path:
                block.write(self.folder)
            elif block.language == "console":
                for command, promised in block.steps():
                    self.expect(command, promised)

    def expect(self, command: str, promised: list[str]) -> None:
        """Type a command and look for the promised lines, in this order, in what it prints."""
        said = self.type(command, fails=re.search(r"^(failed|error): ", "\n".join(promised), re.MULTILINE) is not None)
        printed, position = of_any_machine(squeezed(said)), 0
        for line in promised:
            found = printed.find(of_any_machine(squeezed(line)), position)
            assert found >= 0, f"$ {command}\nshould print: {line}\nbut prints:\n{said}"
            position = found + len(of_any_machine(squeezed(line)))

    def type(self, command: str, *, fails: bool = False) -> str:
        """What a command prints; one that runs an application goes on in the background."""
        if command.startswith("cd "):
            self.folder = self.folder / command.removeprefix("cd ")
            return ""
        if command == CTRL_C:
            self.stop()
            return ""
        if command.startswith("plures run"):
            self._run(f"{command} --port {self._ports['8000']} --control-port {self._ports['8001']}")
            return ""
        command = re.sub(r"(?<=localhost:)800[01]", lambda match: self._ports[match.group()], command)
        finished = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE,
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
        with (self.folder / "run.log").open("ab") as log:
            arguments = command.split()
            self._running = subprocess.Popen(
                arguments, cwd=self.folder, env=self.environment, stdout=log, stderr=subprocess.STDOUT
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
        pytest.fail(f"{url} does not answer\n{(self.folder / 'run.log').read_text()}")


def squeezed(text: str) -> str:
    """Tables are as wide as the terminal: runs of spaces count as one."""
    return re.sub(r"\s+", " ", text)


def of_any_machine(text: str) -> str:
    """A machine that has other things to do takes longer until something is back."""
    return re.sub(r"\bback after \d+\.\d s", "back after some time", text)


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return str(probe.getsockname()[1])
