"""Commands as an operator gives them, in this process, and what they tell."""

import json
import time
from collections.abc import Callable
from typing import Any

from click.testing import CliRunner, Result

from plures.cli import main
from tests.integration.cli.programs import PATIENCE_S


def plures(*arguments: str) -> Result:
    result = CliRunner().invoke(main, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert "Traceback" not in result.output
    return result


def told(*arguments: str) -> Any:
    """What a command says to programs."""
    result = plures(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.05)
