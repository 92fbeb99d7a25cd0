"""Services in TypeScript: their packages are installed and their code is generated once, for all workers of a run."""

import fcntl
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from plures.topology import Process, Topology
from tests.interop.connect_node import INSTALL_LIMIT_S, NODE, NPM

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
