"""`plures deploy check` in one checkout of an application, of which another checkout runs."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from plures.access import Access, Caller, CallerKind, digest_of
from plures.cli import main
from plures.deploy import Run, find_runs, hosting

from .pair import ANYWHERE, Side, placed, probed

PLURES = (sys.executable, "-m", "plures")
PATIENCE_S = 120
SETTINGS = """[application]
import = "{module}:app"
[policy]
queue_s = 10
[topology.split]
stock = {{ capabilities = ["stock"] }}
till = {{ capabilities = ["till"] }}
[topology.other]
both = {{ capabilities = ["*"] }}
"""
QUERY = "@query(deadline_s=60)"
OLD = Side(
    f"{QUERY}\nasync def count(self) -> int: ...",
    "async def count(self) -> int:\n    return 7",
    "return await stock.count()",
)
# What is called has one more operation, and what calls it uses that one.
GROWN = Side(
    f"{OLD.operations}\n{QUERY}\nasync def name(self) -> str: ...",
    f"{OLD.service}\nasync def name(self) -> str:\n    return 'tea'",
    "return await stock.name()",
)
BROKEN = Side(
    f"{QUERY}\nasync def count(self) -> str: ...",
    "async def count(self) -> str:\n    return 'seven'",
    "return await stock.count()",
)


def checkout(folder: Path, side: Side) -> Path:
    """A folder with the application; its module has the name of the folder, so that one process can import several."""
    folder.mkdir()
    module = f"pair_{folder.name}"
    (folder / f"{module}.py").write_text(side.text)
    (folder / "plures.toml").write_text(SETTINGS.format(module=module))
    return folder


@contextmanager
def started(folder: Path, topology: str = "split") -> Generator[Run]:
    """The application of a checkout, in processes of its own."""
    command = (*PLURES, "run", "--topology", topology, "--port", "0", "--control-port", "0")
    program = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said: list[str] = []
    assert program.stdout is not None
    watchdog = threading.Timer(PATIENCE_S, program.kill)
    watchdog.start()
    try:
        for line in program.stdout:
            said.append(line)
            # The file of the run is there before this is said.
            if "health, contracts and calls" in line:
                break
        else:
            pytest.fail("".join(said))
        drained = threading.Thread(target=program.stdout.read)
        drained.start()
        yield find_runs(folder / ".plures").running[0]
        program.terminate()
        program.wait(PATIENCE_S)
        drained.join(PATIENCE_S)
    finally:
        watchdog.cancel()
        if program.poll() is None:
            program.kill()
            program.wait()
        program.stdout.close()


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Run]]:
    folder = checkout(tmp_path_factory.mktemp("shop") / "old", OLD)
    with started(folder) as run:
        yield folder, run


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkout(tmp_path_factory.mktemp("shop") / "grown", GROWN)


class Said(msgspec.Struct, frozen=True):
    """What a command has said."""

    status: int
    output: str
    errors: str

    @property
    def data(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.output or self.errors)
        return told


def check(folder: Path, *arguments: str, token: str | None = None) -> Said:
    done = CliRunner().invoke(
        main, ["deploy", "check", "--file", str(folder / "plures.toml"), *arguments], env={"PLURES_TOKEN": token}
    )
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Said(done.exit_code, done.stdout, done.stderr)


async def asked(side: Side, run: Run, folder: Path) -> str:
    """What the caller of one version gets of the callee that runs."""
    (url,) = run.capabilities["stock"]
    access = Access((Caller("test", CallerKind.TOOLS, digest_of("secret")),), {"stock": run.token})
    till = placed("till", folder, endpoints={"stock": (url,)}, access=access)
    async with hosting(side.assembly("pair_caller"), till, ANYWHERE) as here:
        return await probed(here.control_url, "secret")


async def test_the_order_that_is_told_works_and_the_other_one_does_not(
    old: tuple[Path, Run], grown: Path, tmp_path: Path
) -> None:
    folder, run = old
    said = await asyncio.to_thread(check, grown, "--data", str(folder / ".plures"), "--json")
    assert (said.status, said.errors) == (0, "")
    order = [each["process"] for each in said.data["order"]]
    assert order == ["stock", "till"]
    assert [(each["first"], each["caller"], each["operation"]) for each in said.data["waits"]] == [
        ("stock", "till", "Name")
    ]
    turned = "--order", "till,stock"
    reverse = await asyncio.to_thread(check, grown, "--data", str(folder / ".plures"), *turned, "--json")
    assert (reverse.status, reverse.data["code"]) == (1, "deploy.cannot_talk")
    # In the order that is told, the old caller meets the new callee; in the other one, the new caller meets the old callee.
    with started(grown) as new:
        assert await asked(OLD, new, tmp_path / "a") == "7"
        assert await asked(GROWN, new, tmp_path / "b") == "tea"
    assert (await asked(GROWN, run, tmp_path / "c")).startswith("failed: ")


async def test_what_cannot_talk_either_way_is_refused(old: tuple[Path, Run], tmp_path: Path) -> None:
    folder, run = old
    broken = checkout(tmp_path / "broken", BROKEN)
    said = await asyncio.to_thread(check, broken, "--data", str(folder / ".plures"))
    assert (said.status, said.errors) == (1, "")
    assert "old till → new stock Count  [compat.type_changed]" in said.output
    assert "new till → old stock Count  [compat.type_changed]" in said.output
    assert said.output.endswith(
        "failed: 2 things keep what runs and what comes from running side by side  [deploy.cannot_talk]\n"
    )
    assert (await asked(BROKEN, run, tmp_path / "data")).startswith("failed: ")


def test_what_runs_can_be_replaced_by_itself_in_any_order(old: tuple[Path, Run]) -> None:
    folder, _ = old
    said = check(folder)
    assert (said.status, said.output.splitlines()[0]) == (
        0, "ok  pair, split: what runs and what comes can talk, in any order",
    )  # fmt: skip
    assert check(folder, "--at-once").status == 0


def test_one_process_alone(old: tuple[Path, Run], grown: Path) -> None:
    data = str(old[0] / ".plures")
    assert check(grown, "--data", data, "--process", "stock").status == 0
    said = check(grown, "--data", data, "--process", "till")
    assert said.status == 1
    assert "new till → old stock Name" in said.output
    assert check(grown, "--data", data, "--at-once").status == 1


def test_by_the_address_of_one_replica(old: tuple[Path, Run], grown: Path) -> None:
    _, run = old
    said = check(grown, "--at", run.capabilities["till"][0], "--json", token=run.token)
    assert said.status == 0
    assert [each["process"] for each in said.data["order"]] == ["stock", "till"]
    assert said.data["notes"] == ["one replica of till was asked: the others are taken to run the same version"]


def test_without_rights(old: tuple[Path, Run], grown: Path) -> None:
    said = check(grown, "--at", old[1].control[0], "--json")
    assert (said.status, said.data["code"]) == (2, "cli.not_let_in")


def test_where_nothing_runs(grown: Path) -> None:
    said = check(grown, "--json")
    assert (said.status, said.data["code"]) == (2, "cli.nothing_runs")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--topology", "spilt"], "topology.unknown"),
        (["--topology", "other"], "deploy.another_topology"),
        (["--process", "tell"], "deploy.unknown_process"),
        (["--order", "stock"], "deploy.order_incomplete"),
        (["--order", "stock,till,stock"], "deploy.order_incomplete"),
        (["--order", "stock,tills"], "deploy.unknown_process"),
    ],
    ids=lambda each: each if isinstance(each, str) else " ".join(each),
)
def test_names_that_are_not_there(old: tuple[Path, Run], arguments: list[str], code: str) -> None:
    said = check(old[0], *arguments, "--json")
    assert (said.status, said.data["code"]) == (2, code)


def test_another_application_is_not_compared(old: tuple[Path, Run], tmp_path: Path) -> None:
    other = msgspec.structs.replace(OLD, application="bank")
    said = check(checkout(tmp_path / "bank", other), "--data", str(old[0] / ".plures"), "--json")
    assert (said.status, said.data["code"]) == (2, "deploy.another_application")


class _Stranger(BaseHTTPRequestHandler):
    body = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", str(len(self.body)))
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - its name in the base


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"[]", b'{"application": "pair"}', b'{"application": "pair", "contracts": [{"name": 5}]}',
     b'{"application":"pair","contracts":[{"name":"pair.stock.v1","capability":"stock","lock":"lock = 1"}]}'],
    ids=["a page", "a list", "no contracts", "other contracts", "a lock that is none"],
)  # fmt: skip
def test_another_program_answers(grown: Path, body: bytes) -> None:
    server = HTTPServer(("127.0.0.1", 0), type("Stranger", (_Stranger,), {"body": body}))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        said = check(grown, "--at", f"http://127.0.0.1:{server.server_port}", "--json")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert (said.status, said.data["code"]) == (2, "cli.not_reached")


def test_no_program_answers(grown: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        said = check(grown, "--at", f"http://127.0.0.1:{taken.getsockname()[1]}", "--json")
    assert (said.status, said.data["code"]) == (2, "cli.not_reached")


def test_against_lock_files_of_a_folder(tmp_path: Path) -> None:
    locked, coming = checkout(tmp_path / "locked", OLD), checkout(tmp_path / "coming", GROWN)
    assert CliRunner().invoke(main, ["contract", "lock", "--file", str(locked / "plures.toml")]).exit_code == 0
    said = check(coming, "--against", str(locked), "--topology", "split", "--json")
    assert said.status == 0
    assert [(each["first"], each["caller"], each["operation"]) for each in said.data["waits"]] == [
        ("stock", "till", "Name")
    ]
    assert said.data["notes"][0].startswith(f"the folder {locked} was taken for what runs")
    assert check(locked, "--against", str(locked), "--topology", "split", "--at-once").status == 0
    broken = checkout(tmp_path / "broken", BROKEN)
    assert check(broken, "--against", str(locked), "--topology", "split").status == 1
    # In one process, callers and callees are replaced together.
    assert check(broken, "--against", str(locked), "--topology", "other").status == 0


def test_against_what_has_no_lock_files(tmp_path: Path) -> None:
    folder = checkout(tmp_path / "nothing", OLD)
    (folder / "empty").mkdir()
    for what in (str(folder / "empty"), "no-such-commit"):
        said = check(folder, "--against", what, "--json")
        assert (said.status, said.data["code"]) == (2, "cli.nothing_to_compare_with")
