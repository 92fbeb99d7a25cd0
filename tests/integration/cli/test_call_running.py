"""`plures call` without --at: what runs says where it answers, and each of its capabilities is reached."""

import json
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plures.cli import main
from plures.deploy import Run, find_runs
from plures.deploy.run_file import published

from .programs import Program

Start = Callable[..., Program]
FREE = ("--port", "0", "--control-port", "0")
RING = "till.till.v1.Till/Ring"
SUM = ("till.till.v1.Till/AddUp", "prices=2")

THREE = """
from typing import Protocol
from plures import Application, Capability, contract, query

@contract("three.red.v1", owner="tests")
class Red(Protocol):
    @query(deadline_s=30)
    async def name(self) -> str: ...

@contract("three.green.v1", owner="tests")
class Green(Protocol):
    @query(deadline_s=30)
    async def name(self) -> str: ...

@contract("three.blue.v1", owner="tests")
class Blue(Protocol):
    @query(deadline_s=30)
    async def name(self) -> str: ...

class RedService(Red):
    async def name(self) -> str: return "red"

class GreenService(Green):
    async def name(self) -> str: return "green"

app = Application("three", [Capability(Red, RedService), Capability(Green, GreenService), Capability(Blue)])
"""
BLUE = """
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(404, b"")
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.answer(200, b'{"value": "blue"}')
    def answer(self, status, body):
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


def call(folder: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, ["call", *arguments, "--file", str(folder / "plures.toml")])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@contextmanager
def serving(status: int, page: object) -> Iterator[str]:
    """A program that answers every GET with a page."""
    body = json.dumps(page).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def refuse(line: str) -> None:
    raise AssertionError(line)


def test_it_asks_what_runs_from_this_folder_and_names_it(plures: Start, site: Path) -> None:
    running = plures("run", *FREE)
    at = running.line(r"^health, contracts and calls: (\S+)$")[1]
    people = call(site, RING)
    assert (people.exit_code, json.loads(people.stdout), people.stderr) == (0, {"value": 1}, f"till at {at}\n")
    programs = call(site, RING, "--json")
    assert (programs.exit_code, programs.stdout, programs.stderr) == (0, '{"value":2}\n', "")
    unknown = call(site, "till.till.v1.Till/Rang")
    assert unknown.exit_code == 2
    assert "error: till does not serve 'till.till.v1.Till/Rang'" in unknown.stderr
    assert "Did you mean 'till.till.v1.Till/Ring" in unknown.stderr
    assert running.end(signal.SIGTERM) == 0
    assert list((site / ".plures" / "run").iterdir()) == []


def test_every_capability_of_a_split_application_is_reached(plures: Start, site: Path) -> None:
    (site / "three.py").write_text(THREE)
    (site / "blue.py").write_text(BLUE)
    (site / "plures.toml").write_text(
        '[application]\nimport = "three:app"\n[topology.split]\n'
        'red = { capabilities = ["red"], replicas = 2 }\ngreen = { capabilities = ["green"] }\n'
        f"blue = {{ capabilities = [\"blue\"], command = '{sys.executable} blue.py' }}\n"
    )
    running = plures("run", "--topology", "split", *FREE)
    at = running.line(r"health, contracts and calls of red\.1: (\S+)$")[1]
    running.line("health, contracts and calls of green")
    for colour in ("red", "green", "blue"):
        result = call(site, f"three.{colour}.v1.{colour.title()}/Name", "--json")
        assert (result.exit_code, result.stdout) == (0, f'{{"value":"{colour}"}}\n'), result.output
    told = call(site, "three.green.v1.Green/Name", "--at", at)
    assert told.exit_code == 2
    assert "Another process hosts 'green'" in told.stderr
    assert running.end(signal.SIGTERM) == 0
    assert list((site / ".plures" / "run").iterdir()) == []


def test_where_nothing_runs_it_says_so(site: Path) -> None:
    result = call(site, RING)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "[cli.nothing_runs]" in result.stderr
    assert "Start the application with `plures run`" in result.stderr
    assert json.loads(call(site, RING, "--json").stderr)["code"] == "cli.nothing_runs"


def test_without_a_project_it_says_so(tmp_path: Path) -> None:
    result = call(tmp_path, RING)
    assert (result.exit_code, "[cli.no_project]" in result.stderr) == (2, True)


def test_a_killed_run_is_not_asked_for(plures: Start, site: Path) -> None:
    running = plures("run", *FREE)
    running.line("^health")
    running.end(signal.SIGKILL)
    result = call(site, RING)
    assert (result.exit_code, "[cli.nothing_runs]" in result.stderr) == (2, True)
    assert "is of a run that was killed" in result.stderr
    again = plures("run", *FREE)
    again.line("^health")
    assert call(site, RING).exit_code == 0


def test_where_several_run_the_user_chooses(plures: Start, site: Path) -> None:
    (site / "three.py").write_text(THREE.replace(", Capability(Blue)", ""))
    (site / "plures.toml").write_text('[application]\nimport = "three:app"\n')
    addresses = []
    for _ in range(2):
        running = plures("run", *FREE)
        addresses.append(running.line(r"^health, contracts and calls: (\S+)$")[1])
    result = call(site, "three.red.v1.Red/Name")
    assert (result.exit_code, "2 applications run here  [cli.several_run]" in result.stderr) == (2, True)
    assert [at for at in addresses if f"three at {at} (process " not in result.stderr] == []
    assert call(site, "three.red.v1.Red/Name", "--at", addresses[1]).exit_code == 0


def test_the_data_folder_of_the_run_counts(plures: Start, site: Path, tmp_path: Path) -> None:
    plures("run", "--data", str(tmp_path / "elsewhere"), *FREE).line("^health")
    # It is found from the folder of the project.
    assert call(site, *SUM).exit_code == 0
    assert call(site, *SUM, "--data", str(tmp_path / "elsewhere")).exit_code == 0
    assert "[cli.nothing_runs]" in call(site, *SUM, "--data", str(tmp_path / "nowhere")).stderr
    shutil.rmtree(tmp_path / "elsewhere")


@pytest.mark.parametrize(
    ("status", "page", "says"),
    [
        (200, {"application": "bakery", "contracts": []}, "till should answer there, but bakery does"),
        (404, {}, "is not the control listener of a Plures application (HTTP 404)"),
        (200, {"openapi": "3.1.0"}, "is not the control listener of a Plures application"),
        (200, {"application": "till", "contracts": [{"operations": 5}]}, "is not the control listener"),
    ],
)
def test_another_program_that_answers_there_is_not_called(site: Path, status: int, page: object, says: str) -> None:
    with serving(status, page) as at, published(site / ".plures", Run("till", (at,), {"till": (at,)}), refuse):
        result = call(site, RING)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "[cli.not_reached]" in result.stderr
    assert says in result.stderr


def test_a_replica_that_is_gone_is_passed_over(plures: Start, site: Path) -> None:
    running = plures("run", "--data", str(site / "data"), *FREE)
    at = running.line(r"^health, contracts and calls: (\S+)$")[1]
    gone = "http://127.0.0.1:1"
    tokens = find_runs(site / "data").running[0].tokens
    with published(site / "copy", Run("till", (gone, at), {"till": (gone, at)}, tokens=tokens), refuse):
        assert json.loads(call(site, *SUM, "--data", str(site / "copy")).stdout) == {"value": 2}
    with published(site / "copy", Run("till", (at,), {"till": (gone,)}, tokens=tokens), refuse):
        result = call(site, *SUM, "--json", "--data", str(site / "copy"))
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (1, "unavailable")
