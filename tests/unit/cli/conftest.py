import os
import sys
from collections.abc import Callable, Iterator
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from plures.cli import main

# The misbehaving application of the placement suite has an operation for everything.
sys.path.insert(0, str(Path(__file__).parents[2] / "placement"))


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Path]:
    """An empty current folder."""
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


@pytest.fixture
def plures() -> Callable[..., Result]:
    """Runs a command. A traceback, or colours without a terminal, fail the test."""

    def run(*arguments: str) -> Result:
        result = _runner().invoke(main, arguments)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert "Traceback" not in result.output
        assert "\x1b" not in result.output
        return result

    return run


def _runner() -> CliRunner:
    """One that keeps both streams apart, which click before 8.2 does when told alone."""
    options: dict[str, Any] = {"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}
    return CliRunner(**options)
