"""What a service in Go does beside its operations, as `plures new service` gives it: docs/guides/other-languages.md says what it owes."""

import asyncio
import hashlib
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import httpx
import pytest

from .peer import GoPeer, GoServer, further, go_depot

pytestmark = pytest.mark.go
SERVICE = "interop.depot.v1.Depot"
LIMIT_S = 30


@asynccontextmanager
async def client_of(server: GoServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, verify=False, timeout=LIMIT_S) as client:
        yield client


async def ask(client: httpx.AsyncClient, operation: str, request: dict[str, Any], **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post(f"/{SERVICE}/{operation}", json=request, headers=named)


def refusal(answer: httpx.Response) -> tuple[int, str, str | None]:
    return answer.status_code, answer.json()["code"], answer.headers.get("plures-outcome")


def caller(name: str, kind: str, *may_call: str, may_deliver_to: tuple[str, ...] = ()) -> dict[str, object]:
    """A caller whose token is its name."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    return {"name": name, "kind": kind, "sha256": digest, "may_call": may_call, "may_deliver_to": may_deliver_to}


async def test_only_those_may_call_who_are_listed_and_only_what_they_may(go: GoPeer) -> None:
    callers = [
        caller("web", "process", "depot"),
        caller("reports", "outside", "depot/NextId"),
        caller("cli", "tools"),
        caller("shop", "outside", "catalog"),
    ]
    async with go_depot(go, PLURES_CALLERS=json.dumps(callers)) as server, client_of(server) as client:
        for path in ("/health/live", "/health/ready"):
            assert (await client.get(path)).status_code == 200
        next_id, lift = ("NextId", {"lastId": "1"}), ("Lift", {"weightG": "1"})
        for operation in (next_id, lift):
            assert refusal(await ask(client, *operation)) == (401, "unauthenticated", "not sent")
            assert refusal(await ask(client, *operation, authorization="Bearer web2")) == (
                401,
                "unauthenticated",
                "not sent",
            )
            assert refusal(await ask(client, *operation, authorization="Basic web")) == (
                401,
                "unauthenticated",
                "not sent",
            )
            assert refusal(await ask(client, *operation, authorization="Bearer shop")) == (
                403,
                "permission_denied",
                "not sent",
            )
            assert (await ask(client, *operation, authorization="Bearer web")).status_code == 200
            assert (await ask(client, *operation, authorization="bearer cli")).status_code == 200
        assert (await ask(client, *next_id, authorization="Bearer reports")).status_code == 200
        assert refusal(await ask(client, *lift, authorization="Bearer reports")) == (
            403,
            "permission_denied",
            "not sent",
        )
        pretended = await ask(client, *next_id, authorization="Bearer reports", plures_context="a.b.c.d")
        assert refusal(pretended) == (401, "unauthenticated", "not sent")
        for foreign in ({"host": "evil.example"}, {"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}):
            answer = await ask(client, *next_id, authorization="Bearer web", **foreign)
            assert refusal(answer) == (403, "permission_denied", "not sent")


async def test_what_travels_with_a_call_goes_on_to_the_next_one(go: GoPeer) -> None:
    asked = ("NextId", {"lastId": "1", "label": "further"})
    async with (
        further() as (url, heard),
        go_depot(go, PLURES_FURTHER_URL=url, PLURES_FURTHER_TOKEN="secret") as server,
        client_of(server) as client,
    ):
        sent = {
            "x_request_id": "r-1",
            "plures_criticality": "critical",
            "plures_context": "a.b.c.d",
            "plures_hops": "3",
        }
        answer = await ask(client, *asked, connect_timeout_ms="8000", **sent)
        assert answer.json() == {"value": "7"}
        found = await heard.get()
        assert found["line"] == f"POST /{SERVICE}/NextId HTTP/1.1"
        travelled = {name.replace("_", "-"): value for name, value in {**sent, "plures_hops": "4"}.items()}
        assert {name: found[name] for name in travelled} == travelled
        assert found["authorization"] == "bearer secret"
        assert 0 < int(found["connect-timeout-ms"]) <= 8_000
        # Nothing said: the first hop, and the deadline of the contract.
        assert (await ask(client, *asked)).json() == {"value": "7"}
        found = await heard.get()
        assert found["plures-hops"] == "2"
        assert 0 < int(found["connect-timeout-ms"]) <= 20_000
        assert not {"x-request-id", "plures-context", "plures-criticality"} & found.keys()
        # A call may be the sixteenth of its chain, and then make none.
        assert (await ask(client, "NextId", {"lastId": "1"}, plures_hops="16")).status_code == 200
        assert refusal(await ask(client, *asked, plures_hops="16")) == (500, "internal", None)
        assert refusal(await ask(client, *asked, plures_hops="17")) == (429, "resource_exhausted", "not sent")
        assert refusal(await ask(client, *asked, plures_hops="many")) == (400, "invalid_argument", "not sent")
        assert heard.empty()


async def test_a_call_ends_with_its_deadline_and_one_that_comes_too_late_does_not_begin(go: GoPeer) -> None:
    async with go_depot(go) as server, client_of(server) as client:
        late = (504, "deadline_exceeded", None)
        assert refusal(await ask(client, "Wait", {"holdS": 15}, connect_timeout_ms="100")) == late
        assert refusal(await ask(client, "Hurry", {"holdS": 15})) == late
        assert refusal(await ask(client, "Hurry", {"holdS": 15}, connect_timeout_ms="20000")) == late
        assert refusal(await ask(client, "Lift", {"weightG": 1}, connect_timeout_ms="0")) == (*late[:2], "not sent")
        bad = await ask(client, "Lift", {"weightG": 1}, connect_timeout_ms="soon")
        assert refusal(bad)[:2] == (400, "invalid_argument")


async def test_who_asks_for_what_there_is_not_is_told_so(go: GoPeer) -> None:
    async with go_depot(go) as server, client_of(server) as client:
        assert refusal(await ask(client, "Lose", {}))[1] == "unimplemented"
        elsewhere = await client.post("/interop.desk.v1.Desk/Weigh", json={})
        assert refusal(elsewhere)[1:] == ("unimplemented", "not sent")
        unreachable = await ask(client, "NextId", {"lastId": "1", "label": "further"})
        assert refusal(unreachable) == (503, "unavailable", None)


@pytest.mark.parametrize("weight", ["-1", "-2"], ids=["panic", "error"])
async def test_an_error_that_is_not_declared_stands_in_the_log_and_not_in_the_answer(go: GoPeer, weight: str) -> None:
    names = {"PLURES_PROCESS": "depot.1", "PLURES_LOG_FORMAT": "json"}
    async with go_depot(go, **names) as server, client_of(server) as client:
        answer = await ask(client, "Lift", {"weightG": weight}, x_request_id="r-2")
        assert refusal(answer) == (500, "internal", None)
        assert "crane" not in answer.text
        line = await server.line()
        assert datetime.fromisoformat(str(line.pop("time"))).utcoffset() is not None
        told: Any = line.pop("exception")
        assert (len(str(line.pop("trace_id"))), len(str(line.pop("span_id")))) == (32, 16)
        assert line == {
            "level": "error", "logger": "depot", "capability": "depot", "process": "depot.1", "request_id": "r-2",
            "message": "Lift returned an error that its contract does not declare",
        }  # fmt: skip
        if weight == "-1":
            assert (told["type"], told["message"]) == ("panic", "the crane is broken")
            assert "server/main.go" in told["stack"]
        else:
            assert told["message"] == "the password of the crane is hunter2"


async def test_an_event_is_handled_and_one_that_fails_is_told_again(go: GoPeer) -> None:
    callers = [caller("web", "process", may_deliver_to=("depot",)), caller("reports", "outside", "depot/Lift")]
    async with go_depot(go, PLURES_CALLERS=json.dumps(callers)) as server, client_of(server) as client:
        event: dict[str, Any] = {
            "specversion": "1.0", "id": "e-1", "source": "/interop/yard", "type": "interop.depot.v1.Square", "time": "2031-06-30T01:02:03.4Z",
            "datacontenttype": "application/json", "partitionkey": "left", "sequence": "7", "data": {"sideMm": "3", "new": True},
        }  # fmt: skip
        headers = {"authorization": "Bearer web", "x_request_id": "r-3"}
        answer = await ask(client, "Note", event, **headers)
        assert (answer.status_code, answer.json()) == (200, {})
        line = await server.line()
        assert (line["message"], line["request_id"]) == ("noted", "r-3")
        assert line["extra"] == {"side_mm": 3, "event": "e-1", "key": "left"}
        assert refusal(await ask(client, "Note", event | {"data": {"sideMm": "1001"}}, **headers)) == (
            500,
            "internal",
            None,
        )
        for wrong in ({"type": "interop.depot.v1.Circle"}, {"id": ""}, {"data": 3}, {"data": {"sideMm": "x"}}):
            assert refusal(await ask(client, "Note", event | wrong, **headers)) == (400, "invalid_argument", "not sent")
        assert refusal(await ask(client, "Note", event, authorization="Bearer reports"))[1] == "permission_denied"


async def test_calls_in_flight_end_and_none_is_lost_where_the_process_is_told_to_stop(go: GoPeer) -> None:
    async with go_depot(go) as server, client_of(server) as waiting:
        in_flight = asyncio.create_task(ask(waiting, "Wait", {"holdS": 1}))
        askers = [asyncio.create_task(ask_until_told_to_leave(server)) for _ in range(4)]
        async with client_of(server) as early:
            assert (await early.get("/health/ready")).status_code == 200
            server.process.send_signal(signal.SIGTERM)
            assert await ready_until(early, 503)
        answered = await asyncio.wait_for(asyncio.gather(*askers), LIMIT_S)
        assert min(answered) > 0
        assert (await in_flight).status_code == 200
        assert await asyncio.wait_for(server.process.wait(), LIMIT_S) == 0


async def ask_until_told_to_leave(server: GoServer) -> int:
    """Ask on one connection until an answer says that it is the last one: how many were answered."""
    answered = 0
    async with client_of(server) as client:
        while True:
            answer = await ask(client, "NextId", {"lastId": "1"})
            assert answer.json() == {"value": "2"}
            answered += 1
            if answer.headers.get("connection") == "close":
                return answered


async def ready_until(client: httpx.AsyncClient, status: int) -> bool:
    async with asyncio.timeout(LIMIT_S):
        while True:
            if (await client.get("/health/ready")).status_code == status:
                return True


@pytest.mark.parametrize("again", [False, True], ids=["grace over", "told twice"])
async def test_what_does_not_end_in_time_is_cut_off(go: GoPeer, again: bool) -> None:
    grace_s = "20" if again else "0.1"
    async with go_depot(go, PLURES_GRACE_S=grace_s) as server, client_of(server) as client:
        in_flight = asyncio.create_task(ask(client, "Wait", {"holdS": 19}))
        async with client_of(server) as early:
            await early.get("/health/ready")
            server.process.send_signal(signal.SIGTERM)
            assert await ready_until(early, 503)
        if again:
            server.process.send_signal(signal.SIGTERM)
        assert (await server.line())["message"] == "calls were cut off: they had not ended in time"
        assert await asyncio.wait_for(server.process.wait(), LIMIT_S) == 0
        with pytest.raises(httpx.TransportError):
            await in_flight


async def test_a_service_that_cannot_run_says_why(go: GoPeer, tmp_path: Any) -> None:
    damaged = tmp_path / "depot.json"
    damaged.write_text('{"service": "interop.depot.v1.Depot", "operations": {"Lift": 1}}')
    pattern = tmp_path / "pattern.json"
    pattern.write_text(
        '{"service": "interop.depot.v1.Depot", "operations": {"Lift": {}}, "messages": {"A": {"b": {"pattern": "(?=a)"}}}}'
    )
    for wrong, said in (
        ({"PLURES_CALLERS": "[{"}, "PLURES_CALLERS cannot be read"),
        ({"PLURES_CONTROL_ADDRESS": "nowhere"}, "PLURES_CONTROL_ADDRESS is not HOST:PORT"),
        ({"CONTRACT": str(damaged)}, "the contract cannot be read"),
        ({"CONTRACT": str(pattern)}, "the pattern of A.b is none in Go"),
    ):
        environment = {**go.environment, "PLURES_CONTROL_ADDRESS": "127.0.0.1:0", **wrong}
        process = await asyncio.create_subprocess_exec(go.server, env=environment, stderr=asyncio.subprocess.PIPE)
        _, complaint = await asyncio.wait_for(process.communicate(), LIMIT_S)
        assert process.returncode == 1
        line = json.loads(complaint)
        assert (line["level"], line["message"]) == ("error", "the service cannot run")
        assert said in line["exception"]["message"]


async def test_lines_for_people_have_the_form_of_all_others(go: GoPeer) -> None:
    environment = {
        **go.environment, "PLURES_CONTROL_ADDRESS": "127.0.0.1:0", "PLURES_LOG_FORMAT": "text", "PLURES_LOG_LEVEL": "info",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(go.server, env=environment, stderr=asyncio.subprocess.PIPE)
    assert process.stderr is not None
    time, level, logger, text = (await process.stderr.readline()).decode().split(maxsplit=3)
    assert datetime.fromisoformat(time).utcoffset() is not None
    assert (level, logger) == ("INFO", "depot:")
    assert text.startswith("listening on 127.0.0.1:")
    process.terminate()
    assert await asyncio.wait_for(process.wait(), LIMIT_S) == 0
