"""What runs is shown, replaced, counted and ended from another terminal: real runs, and the commands beside them."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
from click.testing import CliRunner, Result

from plures.cli import main
from tests.integration.cli.programs import PATIENCE_S, Program

Start = Callable[..., Program]
FREE = ("--port", "0", "--control-port", "0")
RING = "till.till.v1.Till/Ring"


def say(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments])


def told(*arguments: str) -> Any:
    result = say(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def run_of(*arguments: str) -> Any:
    runs = told("ps", *arguments)["runs"]
    assert len(runs) == 1
    return runs[0]


def replicas(*arguments: str) -> dict[str, Any]:
    return {replica["name"]: replica for each in run_of(*arguments)["processes"] for replica in each["replicas"]}


def until(condition: Callable[[], bool]) -> None:
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < PATIENCE_S
        time.sleep(0.1)


@pytest.fixture(autouse=True)
def in_the_folder_of_the_application(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(site)


@pytest.fixture
def alone(plures: Start) -> Program:
    run = plures("run", *FREE)
    run.line("health, contracts and calls")
    return run


@pytest.fixture
def split(plures: Start) -> Program:
    run = plures("run", "--topology", "split", *FREE)
    run.line("health, contracts and calls of shop.1")
    return run


class Visitor:
    """Asks the edge all the time while the context lasts; each answer is kept."""

    def __init__(self, url: str) -> None:
        self.url, self.answers = url, list[str]()
        self._is_over = threading.Event()
        self._asking = threading.Thread(target=self._ask)

    def __enter__(self) -> Self:
        self._asking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._asking.join(PATIENCE_S)

    def _ask(self) -> None:
        with httpx.Client(timeout=PATIENCE_S, trust_env=False) as http:
            while not self._is_over.is_set():
                answer = http.get(self.url)
                self.answers.append(answer.text if answer.status_code == 200 else f"{answer.status_code} {answer.text}")

    def saw_all(self) -> bool:
        """Whether each ring was counted once, and none failed."""
        return [int(answer.split()[-2]) for answer in self.answers] == list(range(1, len(self.answers) + 1))


def refused_orders_change_nothing() -> None:
    before = {name: each["pid"] for name, each in replicas().items()}
    for order, words in {
        ("restart", "tall"): "There is no process 'tall'",
        ("scale", "till=2"): "one SQLite file has one writer",
        ("scale", "shop=3"): "always has 1, as plures.toml says",
        ("scale", "tall=3"): "Name one that does: till, shop.",
        ("apply", "nowhere"): "nowhere",
    }.items():
        result = say(*order)
        assert (result.exit_code, words in result.stderr) == (2, True), result.stderr
    assert {name: each["pid"] for name, each in replicas().items()} == before


def halted_and_dead_ones_are_told_of() -> None:
    pid = replicas()["till.1"]["pid"]
    os.kill(pid, signal.SIGSTOP)
    until(lambda: replicas()["till.1"]["state"] == "halted")
    assert f"kill -CONT {pid}" in say("ps").stdout
    os.kill(pid, signal.SIGKILL)
    until(lambda: replicas()["till.1"]["restarts"] == 1 and replicas()["till.1"]["state"] == "ready")
    assert replicas()["till.1"]["pid"] != pid


def test_replaced_and_rolled_out_while_a_visitor_comes(site: Path, split: Program) -> None:
    before = replicas()
    assert {name: replica["state"] for name, replica in before.items()} == {"till.1": "ready", "shop.1": "ready"}
    with Visitor(run_of()["public"]) as visitor:
        assert [step.split()[0] for step in told("restart")["steps"]] == ["till.1", "shop.1"]
        after = replicas()
        assert not {each["pid"] for each in before.values()} & {each["pid"] for each in after.values()}
        code = site / "till_app.py"
        code.write_text(code.read_text().replace("VERSION = 1", "VERSION = 12"))
        assert "runs the code on disk now" in say("rollout").stdout
        until(lambda: visitor.answers[-1].startswith("version 12"))
        rolled_out = replicas()
        good = code.read_text()
        code.write_text("import nowhere")
        refused = say("rollout", "--json")
        assert refused.exit_code == 2
        assert json.loads(refused.stderr)["why"].endswith("No module named 'nowhere'")
        assert replicas() | {name: {**each, "memory_bytes": 0} for name, each in rolled_out.items()} == {
            name: {**each, "memory_bytes": 0} for name, each in rolled_out.items()
        }
        code.write_text(good)
    assert visitor.saw_all()
    refused_orders_change_nothing()
    halted_and_dead_ones_are_told_of()


def test_one_process_is_found_replaced_and_ended_although_its_data_are_elsewhere(plures: Start, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    run = plures("run", "--data", str(elsewhere), *FREE)
    run.line("health, contracts and calls")
    assert run_of()["data"] == str(elsewhere)
    assert replicas()["main.1"]["pid"] == run_of()["pid"] == run.process.pid
    with Visitor(run_of()["public"]) as visitor:
        told("restart", "main")
        assert replicas()["main.1"]["pid"] != run.process.pid
        assert told("rollout")["order"] == "rollout"
    assert visitor.saw_all()
    assert json.loads(say("call", RING, "--json").stdout) == {"value": len(visitor.answers) + 1}
    assert told("stop")["steps"][0] == "answers what it was asked, and ends"
    assert run.process.wait(PATIENCE_S) == 0
    assert (say("ps").exit_code, say("stop").exit_code) == (1, 2)


def test_two_runs_are_told_apart_and_a_killed_one_is_cleared_away(
    plures: Start, tmp_path: Path, alone: Program
) -> None:
    other = plures("run", "--data", str(tmp_path / "elsewhere"), *FREE)
    other.line("health, contracts and calls")
    pid = other.process.pid
    assert {run["pid"] for run in told("ps")["runs"]} == {alone.process.pid, pid}
    for order in (("restart",), ("stop",), ("scale", "main=1")):
        assert f"(process {pid}, data in {tmp_path / 'elsewhere'})" in say(*order).stderr
    assert "--data" in say("logs").stderr
    told("restart", "--run", str(pid))
    os.kill(pid, signal.SIGSTOP)
    halted = say("stop", "--run", str(pid), "--json")
    assert json.loads(halted.stderr)["fix"] == f"Let it go on with `kill -CONT {pid}`."
    children = [each["pid"] for each in replicas("--run", str(alone.process.pid)).values()]
    os.kill(pid, signal.SIGKILL)
    other.process.wait(PATIENCE_S)
    until(lambda: len(told("ps")["runs"]) == 1)
    assert len(told("ps")["left"]) == 1
    assert children == [alone.process.pid]
    told("stop")
    plures("run", *FREE).line("health, contracts and calls")
    assert told("ps")["left"] == []


def test_a_run_that_is_killed_while_it_does_what_it_was_told(plures: Start, split: Program) -> None:
    with Visitor(run_of()["public"] + "/"):
        pass
    slow = subprocess.Popen(
        [sys.executable, "-m", "plures", "call", "till.till.v1.Till/Fail", "how=slow"], stderr=subprocess.DEVNULL
    )
    order = plures("restart", "till")
    until(lambda: run_of()["doing"] == "restart till" and replicas()["till.1"]["state"] == "restarting")
    refused = say("restart", "--json")
    assert json.loads(refused.stderr)["code"] == "deploy.order_under_way"
    os.kill(split.process.pid, signal.SIGKILL)
    assert order.end() == 2
    assert "deploy.run_gone" in order.output
    slow.terminate()
    slow.wait(PATIENCE_S)


SHOP = """
from typing import Protocol
from plures import Application, Capability, contract, query

@contract("shop.price.v1", owner="tests")
class Price(Protocol):
    @query(deadline_s=30)
    async def of(self, name: str) -> int: ...

class Prices(Price):
    async def of(self, name: str) -> int:
        return len(name)

app = Application("shop", [Capability(Price, Prices)])
"""
SCALED = """
[application]
import = "shop:app"

[topology.sale]
price = { capabilities = ["*"], replicas = { min = 1, max = 3 } }
"""


def test_more_replicas_and_fewer(site: Path, plures: Start) -> None:
    (site / "shop.py").write_text(SHOP)
    (site / "plures.toml").write_text(SCALED)
    run = plures("run", "--topology", "sale", *FREE)
    run.line("health, contracts and calls")
    assert told("scale", "price=3")["steps"][-1] == "price has 3 replicas"
    assert [each["state"] for each in replicas().values()] == ["ready"] * 3
    assert run_of()["processes"][0]["told"] == 3
    # Those that a person asked for come back when they die.
    os.kill(replicas()["price.3"]["pid"], signal.SIGKILL)
    until(lambda: replicas()["price.3"]["restarts"] == 1)
    assert "may have 1 to 3 replicas, and not 4" in say("scale", "price=4").stderr
    assert len(told("restart")["steps"]) == 3
    told("scale", "price=1")
    assert [*replicas()] == ["price.1"]
    assert "has price: auto" in say("scale", "price=auto").stdout
    assert run_of()["processes"][0]["told"] is None
    assert say("scale", "price=0").exit_code == say("scale", "price").exit_code == 2
    told("stop")
    assert run.process.wait(PATIENCE_S) == 0
