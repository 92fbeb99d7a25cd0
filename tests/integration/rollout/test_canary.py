"""`plures deploy canary` beside replicas of two versions that serve the same visitors."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import msgspec
import pytest
from click.testing import CliRunner, Result

from plures.canary import Limits, Verdict
from plures.cli import main
from plures.cli.deploy.canary.reading import Address, figures_of
from plures.cli.deploy.canary.watching import watch
from plures.deploy import hosting

from .pair import ANYWHERE, Side, placed

# How long calls take is another test's: a busy machine makes either version slow.
QUICK = "--warm-up 0 --every 200ms --watch 0 --enough 40 --slower 1000 --at-most 90s --json".split()
WORKS = Side(
    "@query(deadline_s=60)\nasync def count(self) -> int: ...",
    "async def count(self) -> int:\n    return 7",
    "return await stock.count()",
)
FAILS = msgspec.structs.replace(WORKS, service="async def count(self) -> int:\n    raise RuntimeError('new')")
REFUSES = Side(
    "@query(deadline_s=60, errors=[Gone])\nasync def count(self) -> int: ...",
    "async def count(self) -> int:\n    raise Gone",
    "return await stock.count()",
    messages='class Gone(ContractError, status="not_found"):\n    "None is left."\n',
)


@asynccontextmanager
async def replicas(folder: Path, *sides: Side) -> AsyncGenerator[list[str]]:
    """The control addresses of one replica of each version."""
    async with AsyncExitStack() as stack:
        urls: list[str] = []
        for number, each in enumerate(sides):
            host = hosting(each.assembly("canary"), placed("stock", folder / str(number)), ANYWHERE)
            urls.append((await stack.enter_async_context(host)).control_url)
        yield urls


async def canary(*arguments: str) -> Result:
    done = await asyncio.to_thread(CliRunner().invoke, main, ["deploy", "canary", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


async def watched(old: str, new: str, *more: str) -> tuple[int, dict[str, Any]]:
    """What is said of two replicas while visitors ask both of them."""
    said = asyncio.create_task(canary("--old", old, "--new", new, *QUICK, *more))
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        while not said.done():
            for url in (old, new):
                await client.post(f"{url}/pair.stock.v1.Stock/Count", json={})
            await asyncio.sleep(0.01)
    result = await said
    return result.exit_code, json.loads(result.stdout)


async def test_a_version_that_fails_is_halted(tmp_path: Path) -> None:
    async with replicas(tmp_path, WORKS, FAILS) as (old, new):
        status, said = await watched(old, new)
    assert (status, said["verdict"], said["code"]) == (1, "halt", "deploy.canary_halted")
    assert said["why"].startswith("100.0% of ")
    assert said["new"][0]["faults"] == said["new"][0]["calls"] > 0 == said["old"][0]["faults"]


async def test_a_version_that_works_goes_on(tmp_path: Path) -> None:
    async with replicas(tmp_path, WORKS, WORKS) as (old, new):
        status, said = await watched(old, new)
    assert (status, said["verdict"], said["code"]) == (0, "go on", None)
    assert min(said["new"][0]["calls"], said["old"][0]["calls"]) >= 40


async def test_declared_errors_are_answers(tmp_path: Path) -> None:
    async with replicas(tmp_path, WORKS, REFUSES) as (old, new):
        status, said = await watched(old, new)
    assert (status, said["new"][0]["faults"]) == (0, 0)


async def test_without_visitors_nothing_is_decided(tmp_path: Path) -> None:
    async with replicas(tmp_path, WORKS, FAILS) as (old, new):
        done = await canary("--old", old, "--new", new, "--warm-up", "0", "--every", "100ms", "--at-most", "300ms")
    assert done.exit_code == 3
    assert done.stdout == (
        "not decided: the new version has answered 0 calls: less than 20 say nothing  [deploy.canary_undecided]\n"
    )


async def test_a_replica_that_dies_while_it_is_watched_halts_without_visitors(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack, replicas(tmp_path / "old", WORKS) as (old,):
        (new,) = await stack.enter_async_context(replicas(tmp_path / "new", WORKS))
        seen: list[Verdict] = []
        async for each in watch(
            [Address(new, "", None)], [Address(old, "", None)], Limits(), every_s=0.05, at_most_s=90
        ):
            seen.append(each.decision.verdict)
            # It is there when it is asked first.
            await stack.aclose()
        assert seen[0] is Verdict.WAIT
        assert seen[-1] is Verdict.HALT


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--old", "http://127.0.0.1:9", "--new", "http://127.0.0.1:9/"], "deploy.same_replica"),
        (["--old", "ftp://127.0.0.1", "--new", "http://127.0.0.1:9"], "cli.bad_argument"),
        (["--old", "http://127.0.0.1:1", "--new", "http://127.0.0.1:9"], "deploy.replica_unread"),
    ],
    ids=["one replica twice", "no address", "nothing answers"],
)
async def test_what_cannot_be_watched(arguments: list[str], code: str) -> None:
    done = await canary(*arguments, "--json")
    assert (done.exit_code, json.loads(done.stderr)["code"]) == (2, code)


@pytest.mark.parametrize(("status", "body"), [(200, b"<html>"), (200, b"\xff"), (401, b"{}"), (500, b"")])
async def test_another_program_answers(status: int, body: bytes) -> None:
    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - its name in the base

    server = HTTPServer(("127.0.0.1", 0), Stranger)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        done = await canary("--old", f"http://127.0.0.1:{server.server_port}", "--new", "http://127.0.0.1:9", "--json")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert (done.exit_code, json.loads(done.stderr)["code"]) == (2, "deploy.replica_unread")


METRICS = """# TYPE plures_calls_total counter
plures_calls_total{rpc_service="a.A",plures_side="server",code="ok"} 90
plures_calls_total{rpc_service="a.A",plures_side="server",code="internal"} 4
plures_calls_total{rpc_service="a.A",plures_side="server",code="OutOfStock"} 6
plures_calls_total{rpc_service="b.B",plures_side="client",code="internal"} 50
plures_calls_total{http_route="/a}b \\"c\\" ",plures_side="server",code="Overloaded"} 3
rpc_server_duration_seconds_bucket{rpc_service="a.A",plures_side="server",le="0.5"} 80
rpc_server_duration_seconds_bucket{rpc_service="a.A",plures_side="server",le="1.0"} 95
rpc_server_duration_seconds_bucket{rpc_service="a.A",plures_side="server",le="+Inf"} 100
http_server_request_duration_seconds_bucket{http_route="/",plures_side="server",le="0.5"} 2
http_server_request_duration_seconds_bucket{http_route="/",plures_side="server",le="+Inf"} 3
rpc_client_duration_seconds_bucket{rpc_service="b.B",plures_side="client",le="+Inf"} 50
"""


def test_what_a_replica_serves_is_counted_and_not_what_it_asks() -> None:
    found = figures_of(METRICS)
    assert (found.calls, found.faults) == (103, 7)
    assert found.took == {0.5: 82, 1.0: 15, float("inf"): 6}


@pytest.mark.parametrize(("said", "instead"), [(" 90", " many"), ('le="0.5"', 'le="x"')])
def test_figures_that_are_none(said: str, instead: str) -> None:
    with pytest.raises(ValueError, match=instead.strip(' le="') or "x"):
        figures_of(METRICS.replace(said, instead))
