"""`plures call` against a running application."""

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plures.cli import main
from plures.deploy import find_runs

from .programs import PLURES, program

Call = Callable[..., Result]
TILL = "till.till.v1.Till"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The control address of a running till."""
    folder = tmp_path_factory.mktemp("till")
    (folder / "till_app.py").write_text(Path(__file__).with_name("till_app.py").read_text())
    (folder / "plures.toml").write_text('[application]\nimport = "till_app:app"\n')
    with program(folder, *PLURES, "run", "--port", "0", "--control-port", "0") as running:
        address = running.line(r"^health, contracts and calls: (\S+)$")[1]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PLURES_TOKEN", find_runs(folder / ".plures").running[0].token)
            yield address


def invoke(*arguments: str) -> Result:
    result = CliRunner().invoke(main, ["call", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert "\x1b" not in result.output
    return result


@pytest.fixture
def call(at: str) -> Call:
    def run(operation: str, *arguments: str) -> Result:
        return invoke(f"{TILL}/{operation}", *arguments, "--at", at)

    return run


def test_an_answer_for_people_and_for_programs(call: Call) -> None:
    people = call(
        "Receipt", 'line={"name":"tea","price":3}', 'more={"name":"milk","price":1}', 'more={"name":"[bold]","price":2}'
    )
    assert (people.exit_code, people.stderr) == (0, "")
    assert people.stdout.startswith('{\n  "total": ')
    lines = [{"name": "tea", "price": 3}, {"name": "milk", "price": 1}, {"name": "[bold]", "price": 2}]
    assert json.loads(people.stdout) == {"total": 6, "lines": lines}
    programs = call("Receipt", 'line={"name":"tea","price":3}', "--json")
    assert programs.stdout.count("\n") == 1
    assert json.loads(programs.stdout) == {"total": 3, "lines": [{"name": "tea", "price": 3}]}


def test_lists_by_repetition_and_as_json(call: Call) -> None:
    assert json.loads(call("AddUp", "prices=1", "prices=20", "times=2").stdout) == {"value": 42}
    assert json.loads(call("AddUp", "prices=[1,2]", "prices=3").stdout) == {"value": 6}
    assert json.loads(call("AddUp", "prices=[]").stdout) == {"value": 0}


def test_nothing_in_and_nothing_out(call: Call) -> None:
    first, second = (json.loads(call("Ring").stdout)["value"] for _ in range(2))
    assert int(second) == int(first) + 1


def test_a_stream_is_one_answer_after_the_other(call: Call) -> None:
    result = call("Count", "up_to=3", "--json")
    assert (result.exit_code, result.stdout, result.stderr) == (0, '{"value":0}\n{"value":1}\n{"value":2}\n', "")
    assert call("Count", "upTo=0", "--json").stdout == ""
    assert call("Count", "up_to=1").stdout == '{\n  "value": 0\n}\n'


def test_a_stream_may_end_with_an_error(call: Call) -> None:
    result = call("Count", "up_to=1", "then=closed", "--json")
    assert (result.exit_code, result.stdout) == (1, '{"value":0}\n')
    assert json.loads(result.stderr)["declared"]["fields"] == {"day": "Sunday"}


def test_a_declared_error(call: Call) -> None:
    result = call("Fail", "how=closed")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "failed: The till is [closed] today.  [failed_precondition]", '  till.till.v1.Closed {"day": "Sunday"}',
    ]  # fmt: skip
    spoken = call("Fail", "how=closed", "--json")
    assert (spoken.exit_code, spoken.stdout) == (1, "")
    assert json.loads(spoken.stderr)["code"] == "failed_precondition"


def test_an_undeclared_error_tells_nothing(call: Call) -> None:
    result = call("Fail", "how=bug")
    assert result.exit_code == 1
    assert "[internal]" in result.stderr
    assert "secret" not in result.stderr


def test_requests_that_break_the_contract(call: Call) -> None:
    missing = call("AddUp", "times=2", "prices=x")
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert "failed: prices" in missing.stderr
    assert "[invalid_argument]" in missing.stderr
    assert "how: is missing" in call("Fail").stderr


def test_arguments_that_do_not_fit(call: Call) -> None:
    for arguments in (["price=1"], ["1"], ["times=1", "times=2"]):
        result = call("AddUp", *arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "[cli.bad_argument]" in result.stderr
        assert "fix: " in result.stderr
    spoken = call("AddUp", "price=1", "--json")
    assert (spoken.exit_code, json.loads(spoken.stderr)["code"]) == (2, "cli.bad_argument")


def test_time_that_runs_out(call: Call) -> None:
    result = call("Fail", "how=slow", "--timeout", "0.2")
    assert (result.exit_code, "[deadline_exceeded]" in result.stderr) == (1, True)
    assert call("Ring", "--timeout", "0").exit_code == 2


def test_an_operation_that_is_not_there(call: Call, at: str) -> None:
    near = call("Rang")
    assert near.exit_code == 2
    assert near.stderr.splitlines()[0] == f"error: {at} does not serve '{TILL}/Rang'  [cli.unknown_operation]"
    assert f"Did you mean '{TILL}/Ring" in near.stderr
    far = invoke("nonsense", "--at", at)
    assert (far.exit_code, f"It serves {TILL}/AddUp, " in far.stderr) == (2, True)
    assert invoke(f"/{TILL}/Ring", "--at", at).exit_code == 0


def test_what_was_done_is_explained(call: Call, at: str) -> None:
    people = call("AddUp", "prices=2", "--explain")
    assert people.exit_code == 0
    assert f"{TILL}/AddUp: a query, so it may be sent again" in people.stdout
    assert f"  1. {at} after " in people.stdout
    counted = json.loads(call("Count", "up_to=3", "--explain", "--json").stdout)
    assert (counted["answers"], len(counted["attempts"])) == ([{"value": 0}, {"value": 1}, {"value": 2}], 1)
    ended = call("Count", "up_to=1", "then=closed", "--explain", "--json")
    assert (ended.exit_code, json.loads(ended.stdout)["error"]["declared"]["fields"]) == (1, {"day": "Sunday"})
    rung = json.loads(call("Ring", "--explain", "--json").stdout)
    [replica] = rung["replicas"]
    assert (rung["attempts"][0]["ended"], replica["answers"], replica["refused"]) == ("answered", True, 0)


def test_the_address_may_be_short(at: str) -> None:
    assert invoke(f"{TILL}/Ring", "--at", at.removeprefix("http://")).exit_code == 0
    assert invoke(f"{TILL}/Ring", "--at", f"{at}/").exit_code == 0


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1:1",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:x",
        "http://",
        "http://a..b",
        "http://host.invalid",
        "x y",
    ],
)
def test_no_replica_is_there(address: str) -> None:
    result = invoke(f"{TILL}/Ring", "--at", address)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "[cli.not_reached]" in result.stderr
    assert "why: " in result.stderr
    assert "fix: Start the application with `plures run`" in result.stderr


def test_a_refused_connection_is_called_so() -> None:
    assert "why: Connection refused" in invoke(f"{TILL}/Ring", "--at", "127.0.0.1:1").stderr


def test_no_proxy_is_asked(at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert invoke(f"{TILL}/Ring", "--at", at).exit_code == 0


def test_other_protocols() -> None:
    result = invoke(f"{TILL}/Ring", "--at", "ftp://127.0.0.1")
    assert (result.exit_code, "Write it as http://HOST:PORT." in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, b"no"), (500, b"{}"), (200, b"<html>"), (200, b"[]"), (200, b"{}"), (200, b'{"contracts":5}'), (200, b"[" * 100_000), (302, b"")],
)  # fmt: skip
def test_another_program_is_there(status: int, body: bytes) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        result = invoke(f"{TILL}/Ring", "--at", f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        serving.join()
    assert result.exit_code == 2
    assert "what answers there is not the control listener of a Plures application" in result.stderr


def test_a_peer_that_hangs_up_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            listening.accept()[0].close()

        hanging_up = threading.Thread(target=hang_up)
        hanging_up.start()
        result = invoke(f"{TILL}/Ring", "--at", f"http://127.0.0.1:{listening.getsockname()[1]}")
        hanging_up.join()
    assert (result.exit_code, "[cli.not_reached]" in result.stderr) == (2, True)


def test_a_process_that_dies_meanwhile_is_a_failed_call(tmp_path: Path) -> None:
    (tmp_path / "till_app.py").write_text(Path(__file__).with_name("till_app.py").read_text())
    (tmp_path / "plures.toml").write_text('[application]\nimport = "till_app:app"\n')
    with program(tmp_path, *PLURES, "run", "--port", "0", "--control-port", "0") as running:
        at = running.line(r"^health, contracts and calls: (\S+)$")[1]
        result = invoke(f"{TILL}/Fail", "how=die", "--at", at, "--json", "--data", str(tmp_path / ".plures"))
        assert result.exit_code == 1
        assert json.loads(result.stderr)["code"] == "unavailable"
        assert running.end() == 3


def test_as_a_program_of_its_own(at: str, tmp_path: Path) -> None:
    with program(tmp_path, *PLURES, "call", f"{TILL}/AddUp", "prices=2", "--at", at) as running:
        assert running.end() == 0
        assert running.output == '{\n  "value": 2\n}\n'
    with program(tmp_path, sys.executable, "-m", "plures", "call", f"{TILL}/Fail", "how=closed", "--at", at) as running:
        assert running.end() == 1
        assert "\x1b" not in running.output
