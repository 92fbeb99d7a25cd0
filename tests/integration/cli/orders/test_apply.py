"""`plures topology apply`: what runs becomes what the file says now, or the command says why not."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plures.cli import main
from plures.deploy.serving.sockets import free_port
from tests.integration.cli.conftest import TOML
from tests.integration.cli.programs import Program

Start = Callable[..., Program]


def plures_here(site: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, [*arguments, "--file", str(site / "plures.toml")])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def apply(site: Path, *arguments: str) -> Result:
    return plures_here(site, "topology", "apply", *arguments)


def ring(site: Path) -> int:
    value: int = json.loads(plures_here(site, "call", "till.till.v1.Till/Ring").stdout)["value"]
    return value


@pytest.fixture
def running(plures: Start) -> Program:
    # One port is named: the processes that come later have others.
    program = plures("run", "--port", "0", "--control-port", str(free_port()))
    program.line("health, contracts")
    return program


def test_split_and_taken_back(running: Program, site: Path) -> None:
    assert ring(site) == 1
    assert apply(site, "split").stdout == (
        "  till is in till now, and no longer in main\ntill runs as split now.\n"
    )  # fmt: skip
    assert ring(site) == 2
    # It says so in its own log as well.
    running.line("till is in till now")
    back = json.loads(apply(site, "monolith", "--json").stdout)
    assert back == {"topology": "monolith", "steps": ["till is in main now, and no longer in till"]}
    assert ring(site) == 3
    assert apply(site, "monolith").stdout == "till runs as monolith now.\n"


def test_what_cannot_be_done_is_told_and_changes_nothing(running: Program, site: Path) -> None:
    unknown = apply(site, "spilt")
    assert unknown.exit_code == 2
    assert "spilt" in unknown.stderr
    assert "split" in unknown.stderr
    # What the file says now counts, and not what it said when the run began.
    (site / "plures.toml").write_text(f"{TOML}\n[topology.far.till]\nexternal = 'http://127.0.0.1:9'\ncapabilities = ['till']\n"
                                      "[topology.far.shop]\ncapabilities = ['*']\n")  # fmt: skip
    told = apply(site, "far", "--json")
    assert told.exit_code == 2
    assert ("moves from or to till, which does not run this application", "deploy.change_needs_restart") in [
        (each["what"], each["code"]) for each in json.loads(told.stderr)["violations"]
    ]
    (site / "plures.toml").write_text("[topology")
    assert apply(site, "split").exit_code == 2
    (site / "plures.toml").write_text(TOML)
    assert ring(site) == 1
    assert apply(site, "split").exit_code == 0
    assert running.process.poll() is None


def test_nothing_runs(site: Path) -> None:
    told = apply(site, "split")
    assert told.exit_code == 2
    assert "Nothing runs here" in told.stderr
