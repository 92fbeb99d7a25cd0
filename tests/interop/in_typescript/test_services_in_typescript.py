"""What a service in TypeScript does beside its operations, as `plures new service` gives it: docs/guides/other-languages.md says what it owes."""

import asyncio
import signal
import socket
from collections.abc import AsyncGenerator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.integration.opentelemetry.otlp import otlp_receiver
from tests.interop import traced
from tests.typescript import LIMIT_S, Started, started

from .service import CALLERS, built

pytestmark = [pytest.mark.node, pytest.mark.asyncio(loop_scope="module")]

SERVICE = "interop.depot.v1.Depot"
NOT_SENT = "not sent"
MANY = 50


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory)


class Recorder:
    """A depot that says seven, and keeps what it heard."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        # The message, which may come later.
        await reader.readuntil(b"}")
        self.heard.put_nowait({"line": head[0], **dict(line.lower().split(": ", 1) for line in head[1:] if line)})
        head_of_answer = (
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 13\r\n\r\n"
        )
        writer.write(head_of_answer + b'{"value":"7"}')
        await writer.drain()
        writer.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def recorder() -> AsyncGenerator[tuple[str, Recorder]]:
    it = Recorder()
    server = await asyncio.start_server(it.answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", it
    server.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def depot(folder: Path, recorder: tuple[str, Recorder]) -> AsyncGenerator[Started]:
    peers = {"PLURES_DEPOT_URL": recorder[0], "PLURES_DEPOT_TOKEN": "secret"}
    async with started(folder, PLURES_CALLERS=CALLERS, PLURES_PROCESS="depot.1", **peers) as it:
        yield it


@pytest_asyncio.fixture(loop_scope="module")
async def http(depot: Started) -> AsyncGenerator[httpx.AsyncClient]:
    async with client_of(depot) as client:
        yield client


def client_of(depot: Started) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=depot.url, trust_env=False, timeout=LIMIT_S, headers={"authorization": "Bearer web"}
    )


async def ask(client: httpx.AsyncClient, operation: str, request: dict[str, Any], **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post(f"/{SERVICE}/{operation}", json=request, headers=named)


def refusal(answer: httpx.Response) -> tuple[int, str, str | None]:
    return answer.status_code, answer.json()["code"], answer.headers.get("plures-outcome")


async def test_only_those_may_call_who_are_listed_and_only_what_they_may(http: httpx.AsyncClient) -> None:
    for path in ("/health/live", "/health/ready"):
        assert (await http.get(path, headers={"authorization": "none"})).status_code == 200
    unknown, denied = (401, "unauthenticated", NOT_SENT), (403, "permission_denied", NOT_SENT)
    next_id, lift = ("NextId", {"lastId": "1"}), ("Lift", {"weightG": "1"})
    for asked in (next_id, lift):
        for nobody in ("", "Bearer", "Bearer web2", "Basic web", "Bearer web, Bearer web"):
            assert refusal(await ask(http, *asked, authorization=nobody)) == unknown
        assert refusal(await ask(http, *asked, authorization="Bearer shop")) == denied
        assert refusal(await ask(http, *asked, authorization="Bearer future")) == denied
        assert (await ask(http, *asked)).status_code == 200
        assert (await ask(http, *asked, authorization="bearer cli")).status_code == 200
    assert (await ask(http, *next_id, authorization="Bearer reports")).status_code == 200
    assert (await ask(http, *lift, authorization="Bearer present")).status_code == 200
    assert refusal(await ask(http, *next_id, authorization="Bearer present")) == denied
    assert refusal(await ask(http, *lift, authorization="Bearer reports")) == denied
    for foreign in ({"host": "evil.example"}, {"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}):
        assert refusal(await ask(http, *next_id, **foreign)) == denied
    pretended = await ask(http, *next_id, authorization="Bearer reports", plures_context="a.b.c.d")
    assert (*refusal(pretended), pretended.json()["kind"]) == (*unknown, "call.context_refused")


async def test_it_takes_part_in_traces_and_tells_of_its_spans(folder: Path, recorder: tuple[str, Recorder]) -> None:
    async def heard() -> dict[str, str]:
        return await asyncio.wait_for(recorder[1].heard.get(), LIMIT_S)

    with otlp_receiver() as receiver:
        told = {"PLURES_TELEMETRY_URL": receiver.url, "PLURES_TELEMETRY_TOKEN": "told", "PLURES_PROCESS": "depot.1"}
        peers = {"PLURES_DEPOT_URL": recorder[0], "PLURES_DEPOT_TOKEN": "secret"}
        async with started(folder, PLURES_CALLERS=CALLERS, **told, **peers) as it, client_of(it) as client:
            asking = partial(ask, client)
            await traced.pass_a_trace_on(asking, heard, receiver, "depot.1")
            await traced.tell_how_calls_end(asking, receiver, ("NextId", {"lastId": "1", "label": "broken"}))
            await traced.go_on_without_a_receiver(asking, receiver)
            await it.logged("plures.telemetry")
            assert traced.said_once(it.lines)


async def test_what_travels_with_a_call_goes_on_to_the_next_one(
    http: httpx.AsyncClient, recorder: tuple[str, Recorder]
) -> None:
    further = ("NextId", {"lastId": "1", "label": "further"})
    sent = {"x_request_id": "r-1", "plures_criticality": "critical", "plures_context": "a.b.c.d", "plures_hops": "3"}
    answer = await ask(http, *further, connect_timeout_ms="800", **sent)
    assert answer.json() == {"value": "7"}
    found = await asyncio.wait_for(recorder[1].heard.get(), LIMIT_S)
    assert found["line"] == f"POST /{SERVICE}/NextId HTTP/1.1"
    travelled = {name.replace("_", "-"): value for name, value in {**sent, "plures_hops": "4"}.items()}
    assert {name: found[name] for name in travelled} == travelled
    assert found["authorization"] == "bearer secret"
    assert 0 < int(found["connect-timeout-ms"]) <= 800
    # Nothing said: the first hop, the deadline of the contract, an id that begins here.
    await ask(http, *further)
    found = await asyncio.wait_for(recorder[1].heard.get(), LIMIT_S)
    assert (found["plures-hops"], len(found["x-request-id"])) == ("2", 32)
    assert 0 < int(found["connect-timeout-ms"]) <= 20_000
    assert not {"plures-context", "plures-criticality"} & found.keys()
    # A call may be the sixteenth of its chain, and then make none.
    assert (await ask(http, "NextId", {"lastId": "1"}, plures_hops="16")).status_code == 200
    assert refusal(await ask(http, *further, plures_hops="16")) == (500, "internal", None)
    assert refusal(await ask(http, *further, plures_hops="17")) == (429, "resource_exhausted", NOT_SENT)
    assert recorder[1].heard.empty()


async def test_a_call_ends_with_its_deadline_and_one_that_comes_too_late_does_not_begin(
    http: httpx.AsyncClient,
) -> None:
    late = (504, "deadline_exceeded", None)
    # Operations that look at the signal, and one that does not.
    for hold_s in (15, -15):
        assert refusal(await ask(http, "Wait", {"holdS": hold_s}, connect_timeout_ms="100")) == late
        assert refusal(await ask(http, "Hurry", {"holdS": hold_s}, connect_timeout_ms="20000")) == late
    assert refusal(await ask(http, "Lift", {"weightG": 1}, connect_timeout_ms="0")) == (*late[:2], NOT_SENT)
    soon = await ask(http, "Lift", {"weightG": 1}, connect_timeout_ms="soon")
    assert refusal(soon) == (400, "invalid_argument", NOT_SENT)


async def test_what_cannot_be_read_is_refused_and_not_sent(http: httpx.AsyncClient) -> None:
    path = f"/{SERVICE}/NextId"
    json_type = {"content-type": "application/json"}
    for body in (b"{", b"[]", b'{"lastId":"x"}', b'{"lastId":1.5}'):
        answer = await http.post(path, content=body, headers=json_type)
        assert (body, *refusal(answer)) == (body, 400, "invalid_argument", NOT_SENT), answer.text
    large = b'{"label":"' + b"x" * 1_100_000 + b'"}'
    assert refusal(await http.post(path, content=large, headers=json_type)) == (429, "resource_exhausted", NOT_SENT)
    assert (await http.post(path, content=b"{}", headers={"content-type": "text/plain"})).status_code == 415
    assert refusal(await ask(http, "Lose", {})) == (404, "unimplemented", NOT_SENT)
    assert refusal(await http.post("/interop.desk.v1.Desk/Weigh", json={})) == (404, "unimplemented", NOT_SENT)
    assert refusal(await ask(http, "Mirror", {})) == (400, "invalid_argument", NOT_SENT)
    assert (await ask(http, "NextId", {"lastId": "1", "unheard": {"of": []}})).json() == {"value": "2"}


@pytest.mark.parametrize(
    "head",
    [
        "POST /{path} HTTP/1.0\r\n{token}",
        # Names of this machine that make no URL.
        "POST /{path} HTTP/1.1\r\n{token}host: localhost:99999\r\n",
        "POST /{path} HTTP/1.1\r\n{token}host: 127.0.0.1:abc\r\n",
        "POST /{path} HTTP/1.1\r\n{token}host: a|b.localhost\r\n",
        "GET //?x=http://[ HTTP/1.1\r\n{token}host: localhost\r\n",
        "GET\r\n",
        "\x16\x03\x01",
    ],
)
async def test_a_head_that_is_none_ends_no_process(http: httpx.AsyncClient, depot: Started, head: str) -> None:
    host, port = depot.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write((head.format(path=f"{SERVICE}/Lift", token="authorization: Bearer web\r\n") + "\r\n").encode())
    writer.write_eof()
    assert b" 200 " not in await asyncio.wait_for(reader.read(), LIMIT_S)
    writer.close()
    assert (await ask(http, "Lift", {"weightG": "1"})).status_code == 200


async def test_an_error_that_is_not_declared_stays_inside_and_is_in_the_log(
    http: httpx.AsyncClient, depot: Started
) -> None:
    answer = await ask(http, "NextId", {"lastId": "1", "label": "broken"}, x_request_id="r-broken")
    assert refusal(answer) == (500, "internal", None)
    assert "swordfish" not in answer.text
    (record,) = [each for each in await depot.logged("plures.calls") if each.get("request_id") == "r-broken"]
    assert record["level"] == "error"
    assert record["message"] == f"{SERVICE}/NextId raised an error that its contract does not declare"
    assert (record["process"], record["capability"]) == ("depot.1", "depot")
    assert record["exception"]["message"] == "the password is swordfish"
    assert "service.ts" in record["exception"]["stack"]
    assert datetime.fromisoformat(record["time"]).utcoffset() is not None


async def test_what_an_operation_logs_knows_its_call(http: httpx.AsyncClient, depot: Started) -> None:
    await ask(http, "Wait", {"holdS": 0.001}, x_request_id="r-log")
    (record,) = [each for each in await depot.logged("interop.depot") if each["request_id"] == "r-log"]
    assert (record["level"], record["message"], record["extra"]) == ("info", "rests for 0.001 s", {"holdS": 0.001})


async def test_a_stop_answers_what_was_asked_and_closes_each_connection(folder: Path) -> None:
    async with started(folder, PLURES_CALLERS=CALLERS) as depot, client_of(depot) as http, client_of(depot) as another:
        assert (await another.get("/health/ready")).json() == {"status": "ready"}
        waiting = asyncio.create_task(ask(http, "Wait", {"holdS": 1}))
        await depot.logged("interop.depot")
        depot.process.send_signal(signal.SIGTERM)
        answer = await waiting
        assert (answer.status_code, answer.json(), answer.headers["connection"]) == (200, {}, "close")
        assert await asyncio.wait_for(depot.process.wait(), LIMIT_S) == 0


async def test_whoever_asks_while_it_stops_gets_a_whole_answer_or_none(folder: Path) -> None:
    """No half of an answer, no error of the service: an answer that is the last on its connection, or a connection that is closed."""
    async with started(folder, PLURES_CALLERS=CALLERS) as depot:
        answers: list[httpx.Response] = []
        enough = asyncio.Event()

        async def ask_until_told_to_go() -> None:
            async with client_of(depot) as http:
                while not answers or answers[-1].headers.get("connection") != "close":
                    try:
                        answers.append(await ask(http, "Lift", {"weightG": "1"}))
                    except httpx.TransportError:
                        # One that was idle for longer than the stop waits: its caller knows that nothing was answered.
                        return
                    if len(answers) > MANY:
                        enough.set()

        askers = [asyncio.create_task(ask_until_told_to_go()) for _ in range(8)]
        await enough.wait()
        depot.process.send_signal(signal.SIGTERM)
        await asyncio.gather(*askers)
        assert {(answer.status_code, answer.text) for answer in answers} == {(200, "{}")}
        assert await asyncio.wait_for(depot.process.wait(), LIMIT_S) == 0


async def test_a_stop_cuts_off_what_takes_too_long_and_a_second_signal_does_at_once(folder: Path) -> None:
    for signals, grace_s in ((1, "0.2"), (2, "60")):
        async with started(folder, PLURES_CALLERS=CALLERS, PLURES_GRACE_S=grace_s) as depot, client_of(depot) as http:
            waiting = asyncio.create_task(ask(http, "Wait", {"holdS": -15}))
            await depot.logged("interop.depot")
            depot.process.send_signal(signal.SIGTERM)
            if signals > 1:
                await asyncio.sleep(0.3)
                depot.process.send_signal(signal.SIGTERM)
            with pytest.raises(httpx.TransportError):
                await waiting
            await asyncio.wait_for(depot.process.wait(), LIMIT_S)


async def test_a_port_that_is_taken_is_told_and_ends_it(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        async with started(folder, PLURES_CONTROL_ADDRESS=address) as depot:
            assert await asyncio.wait_for(depot.process.wait(), LIMIT_S) == 1
        assert "EADDRINUSE" in depot.records()[0]["exception"]["message"]
