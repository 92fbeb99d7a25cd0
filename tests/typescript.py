"""Services in TypeScript: their packages are installed and their code is generated once, for all workers of a run."""

import asyncio
import fcntl
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from plures.topology import Process, Topology
from tests.interop.connect_node import INSTALL_LIMIT_S, NODE, NPM

ROOT = Path(__file__).parents[1]
LIMIT_S = 30
# npm's scripts call `node` by its name.
ENVIRONMENT = {**os.environ, "PATH": os.pathsep.join([str(NODE.parent), os.environ["PATH"]])}
INSTALL = ("ci", "--no-audit", "--no-fund", "--ignore-scripts")
NOT_BUILT = shutil.ignore_patterns("node_modules", "gen")


def npm(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run npm in a folder."""
    command = [str(NODE), str(NPM), *arguments]
    return subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=INSTALL_LIMIT_S
    )


def programs_of_node(folder: Path) -> Path:
    """A folder with `node` and `npm`, as an installed Node has them."""
    programs = folder / "programs-of-node"
    programs.mkdir()
    (programs / "node").symlink_to(NODE)
    program = programs / "npm"
    program.write_text(f'#!/bin/sh\nexec {shlex.join([str(NODE), str(NPM)])} "$@"\n')
    program.chmod(0o755)
    return programs


def build(folder: Path) -> None:
    """Install what a service needs, generate code from its contracts, and check its types; skips where npm's registry cannot be reached."""
    installed = npm(folder, *INSTALL)
    if installed.returncode != 0:
        pytest.skip(f"needs packages from npm's registry, which cannot be reached: {installed.stderr}")
    built = npm(folder, "run", "build")
    assert built.returncode == 0, built.stdout + built.stderr


def built_once(source: Path, name: str, factory: pytest.TempPathFactory) -> Path:
    """A built copy of a service, which other tests of the run may use as well."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, done = shared / name, shared / f"{name}.built"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(source, folder, ignore=NOT_BUILT)
            build(folder)
            done.touch()
    return folder


def placed(capability: str, folder: Path, **environment: str) -> Topology:
    """One capability as the service in a folder, and all others in a process beside it."""
    command = shlex.join([str(NODE), str(folder / "start.mjs")])
    service = Process(capability, (capability,), command=command, environment=environment)
    return Topology("languages", (service, Process("others", ("*",))))


def from_template(application: str, capability: str, source: Path, name: str, factory: pytest.TempPathFactory) -> Path:
    """A service as `plures new service` begins it, with what the tests have for its operations; built once for all workers."""
    project = factory.mktemp("project")
    (project / "plures.toml").write_text(f'[application]\nimport = "{application}"\n')
    for arguments in (("contract", "lock"), ("new", "service", capability, "--language", "typescript", "--to", "made")):
        command = [sys.executable, "-m", "plures", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr
    shutil.copytree(source, project / "made" / "src", dirs_exist_ok=True)
    return built_once(project / "made", name, factory)


@dataclass(frozen=True)
class Started:
    """A service that runs by itself, without a supervisor.

    Attributes:
        url: Where it answers.
        lines: What it has written so far, each a line.
    """

    process: asyncio.subprocess.Process
    url: str
    lines: list[str]

    def records(self) -> list[dict[str, Any]]:
        """The objects of its log."""
        return [json.loads(line) for line in self.lines if line.startswith("{")]

    async def logged(self, logger: str, many: int = 1) -> list[dict[str, Any]]:
        """So many records of a logger, or more, when they are there."""
        async with asyncio.timeout(LIMIT_S):
            # Nothing tells of a line.
            while len(found := [each for each in self.records() if each["logger"] == logger]) < many:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return found


@asynccontextmanager
async def started(folder: Path, **variables: str) -> AsyncGenerator[Started]:
    """Start a service with these variables; it is killed afterwards, where it runs still."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "PLURES_LOG_FORMAT": "json", **variables}
    process = await asyncio.create_subprocess_exec(
        NODE, folder / "start.mjs", env=environment, stderr=asyncio.subprocess.PIPE
    )
    it = Started(process, f"http://127.0.0.1:{port}", [])
    reading = asyncio.create_task(_read(process, it.lines))
    try:
        await it.logged("plures")
        yield it
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading


async def _read(process: asyncio.subprocess.Process, lines: list[str]) -> None:
    assert process.stderr is not None
    async for line in process.stderr:
        lines.append(line.decode().rstrip("\n"))
