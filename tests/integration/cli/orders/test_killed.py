"""A change that is cut: the run, or the command that asked for the change, is killed at each step; the next command goes on from there."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plures.cli import main
from plures.deploy import find_runs
from tests.integration.cli.programs import Program

Start = Callable[..., Program]
FREE = ("--port", "0", "--control-port", "0")
APP = """
import os
from typing import Protocol
from plures import Application, Capability, Database, Migration, command, contract

@contract("three.red.v1", owner="tests")
class Red(Protocol):
    @command(deadline_s=30)
    async def ring(self) -> tuple[int, int]: ...

@contract("three.blue.v1", owner="tests")
class Blue(Protocol):
    @command(deadline_s=30)
    async def ring(self) -> tuple[int, int]: ...

@contract("three.green.v1", owner="tests")
class Green(Protocol):
    @command(deadline_s=30)
    async def ring(self) -> tuple[int, int]: ...

class Ringing:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def ring(self) -> tuple[int, int]:
        async with self._database.write() as connection:
            await connection.execute("INSERT INTO rings DEFAULT VALUES")
            return int(await connection.scalar("SELECT count(*) FROM rings") or 0), os.getpid()

class RedService(Ringing): pass
class BlueService(Ringing): pass
class GreenService(Ringing): pass

RINGS = (Migration(1, "rings", ("CREATE TABLE rings (id INTEGER PRIMARY KEY)",)),)
SERVICES = ((Red, RedService), (Blue, BlueService), (Green, GreenService))
app = Application("three", [Capability(*each, migrations=RINGS) for each in SERVICES])
"""
TOML = """
[application]
import = "three_app:app"

[topology.split]
rest = { capabilities = ["green"] }
red = { capabilities = ["red"] }
blue = { capabilities = ["blue"] }
"""
STEPS = ("red is in red now", "blue is in blue now")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "three_app.py").write_text(APP)
    (tmp_path / "plures.toml").write_text(TOML)
    return tmp_path


def here(site: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, [*arguments, "--file", str(site / "plures.toml")])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def rung(site: Path) -> tuple[list[int], int]:
    """How often each has been rung by now, and in how many processes they are."""
    said = [
        json.loads(here(site, "call", f"three.{name}.v1.{name.title()}/Ring").stdout)["value"]
        for name in ("red", "blue", "green")
    ]
    return [times for times, _ in said], len({pid for _, pid in said})


def started(plures: Start) -> Program:
    run = plures("run", *FREE)
    run.line("health, contracts")
    return run


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("steps", range(len(STEPS) + 1))
def test_the_run_is_killed(plures: Start, site: Path, steps: int) -> None:
    run = started(plures)
    assert rung(site) == ([1, 1, 1], 1)
    change = plures("topology", "apply", "split")
    for step in STEPS[:steps]:
        change.line(step)
    run.end(signal.SIGKILL)
    # The change may have come to its end before, or the command have found nothing any more.
    if change.end():
        assert "[deploy.run_gone]" in change.output or "[cli.nothing_runs]" in change.output
    assert "Traceback" not in change.output
    told = here(site, "topology", "apply", "split")
    assert told.exit_code == 2
    assert "Nothing runs here" in told.stderr
    started(plures)
    assert rung(site) == ([2, 2, 2], 1)
    assert here(site, "topology", "apply", "split").exit_code == 0
    assert rung(site) == ([3, 3, 3], 3)


def test_the_command_is_killed(plures: Start, site: Path) -> None:
    run = started(plures)
    change = plures("topology", "apply", "split")
    change.line(STEPS[0])
    change.end(signal.SIGKILL)
    # The application carries it to its end, and says so in its file.
    run.line(STEPS[1])
    while json.loads(here(site, "ps", "--json").stdout)["runs"][0]["doing"]:
        time.sleep(0.1)
    assert rung(site) == ([1, 1, 1], 3)
    assert here(site, "topology", "apply", "monolith").exit_code == 0
    assert rung(site) == ([2, 2, 2], 1)
    [known] = find_runs(site / ".plures").running
    assert run.end(signal.SIGTERM) == 0
    assert not is_alive(known.pid)
