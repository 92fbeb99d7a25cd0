"""Runs an application by `plures run`, on free ports."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Final

from bench.processes import ROOT
from plures.deploy import find_runs

_START_S: Final = 120.0
_ENVIRONMENT: Final = {**os.environ, "PYTHONPATH": str(ROOT)}
"""Applications that are measured are found wherever their plures.toml lies."""


@contextmanager
def running(topology: str, folder: Path, data: Path, *, settle_s: float) -> Generator[None]:
    """Run the application of the plures.toml in a folder, while the block runs; it begins when all processes are there for so long.

    Raises:
        SystemExit: It did not start; what it said.
    """
    command = [sys.executable, "-m", "plures", "run", "--topology", topology, "--data", str(data)]
    with (data / f"{topology}.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--port", "0", "--control-port", "0"],
            cwd=folder,
            env=_ENVIRONMENT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        until = monotonic() + _START_S
        while not find_runs(data).running:
            if process.poll() is not None or monotonic() > until:
                raise SystemExit((data / f"{topology}.log").read_text())
            sleep(0.1)
        sleep(settle_s)
        yield
    finally:
        process.terminate()
        process.wait()


def plures(*arguments: str, folder: Path, data: Path, may_fail: bool = False) -> str:
    """What a command says of what runs.

    Raises:
        SystemExit: It failed; what it said.
    """
    command = [sys.executable, "-m", "plures", *arguments, "--data", str(data)]
    finished = subprocess.run(command, cwd=folder, env=_ENVIRONMENT, capture_output=True, text=True, check=False)
    if finished.returncode and not may_fail:
        raise SystemExit(finished.stdout + finished.stderr)
    return finished.stdout
