"""The control listener as peers of other makes see it: the bytes of the Connect protocol, and hostile bodies."""

import base64
import json
import struct
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from lab import app

from plures.application import assemble
from plures.deploy import ListenAddress, ListenAddresses, hosting
from plures.host import Placement

pytestmark = pytest.mark.asyncio(loop_scope="module")
JSON = {"content-type": "application/json"}
STREAM = {"content-type": "application/connect+json"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def web(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    assembly = assemble(app)
    placement = Placement(frozenset(assembly.capabilities), edge=False, data=tmp_path_factory.mktemp("data"))
    anywhere = ListenAddresses(public=ListenAddress(port=0), control_port=0)
    async with (
        hosting(assembly, placement, anywhere) as running,
        httpx.AsyncClient(base_url=running.control_url) as client,
    ):
        yield client


async def post(web: httpx.AsyncClient, path: str, body: object, **headers: str) -> tuple[int, object]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = await web.post(path, content=content, headers={**JSON, **headers})
    return answer.status_code, answer.json() if answer.content else None


async def test_a_call_is_one_post(web: httpx.AsyncClient) -> None:
    assert await post(web, "/lab.echo.v1.Echo/Number", {"value": 5}) == (200, {"value": 5})
    assert await post(web, "/lab.echo.v1.Echo/Nothing", {}) == (200, {})
    assert await post(web, "/lab.echo.v1.Echo/Shape", {"value": {"square": {"sideLength": 1}}}) == (
        200, {"value": {"square": {"sideLength": 1.0}}},
    )  # fmt: skip
    assert await post(web, "/lab.echo.v1.Echo/Maybe", {"value": None}) == (200, {})


async def test_peers_may_spell_as_protobuf_allows(web: httpx.AsyncClient) -> None:
    assert await post(web, "/lab.echo.v1.Echo/Number", {"value": "9223372036854775807"}) == (
        200,
        {"value": "9223372036854775807"},
    )
    assert await post(web, "/lab.echo.v1.Echo/Number", {"value": 5.0}) == (200, {"value": 5})
    assert await post(web, "/lab.echo.v1.Echo/Shape", {"value": {"square": {"side_length": "2.5"}}}) == (
        200, {"value": {"square": {"sideLength": 2.5}}},
    )  # fmt: skip
    assert await post(web, "/lab.echo.v1.Echo/Number", {"value": 1, "fromTheFuture": {"a": [1]}}) == (200, {"value": 1})


async def test_queries_are_also_gets_and_commands_are_not(web: httpx.AsyncClient) -> None:
    message = base64.urlsafe_b64encode(b'{"value":7}').decode().rstrip("=")
    query = {"connect": "v1", "encoding": "json", "base64": "1", "message": message}
    answer = await web.get("/lab.echo.v1.Echo/Number", params=query)
    assert (answer.status_code, answer.json()) == (200, {"value": 7})
    plain = {"encoding": "json", "message": '{"value":7}'}
    assert (await web.get("/lab.echo.v1.Echo/Number", params=plain)).json() == {"value": 7}
    assert (await web.get("/lab.trouble.v1.Trouble/Add", params=plain)).status_code == 405
    assert (await web.get("/lab.echo.v1.Echo/Number", params={**plain, "encoding": "proto"})).status_code == 415
    bad = await web.get("/lab.echo.v1.Echo/Number", params={**query, "message": "!!"})
    assert (bad.status_code, bad.json()["code"]) == (400, "invalid_argument")


async def test_errors_are_json_with_the_protocols_codes(web: httpx.AsyncClient) -> None:
    status, body = await post(web, "/lab.trouble.v1.Trouble/Fail", {"how": "refused"})
    assert (status, body) == (403, {
        "code": "permission_denied", "message": "It may not be done.",
        "declared": {"type": "lab.trouble.v1.Refused",
                     "fields": {"who": "tester", "until": "2030-01-01T00:00:00Z", "attempts": str(2**60)}},
    })  # fmt: skip
    status, body = await post(web, "/lab.trouble.v1.Trouble/Fail", {"how": "bug"})
    assert (status, body["code"], "secret" in str(body)) == (500, "internal", False)
    assert (await post(web, "/lab.nowhere.v1.Nowhere/Do", {}))[0] == 404
    assert (await post(web, "/lab.nowhere.v1.Nowhere/Do", {}))[1]["code"] == "unimplemented"
    unsupported = await web.post(
        "/lab.echo.v1.Echo/Number", content=b"\x08\x05", headers={"content-type": "application/proto"}
    )
    assert unsupported.status_code == 415


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "expected an object, got a list"),
        (b'{"value":"x"}', "value: expected int, got text"),
        (b'{"value":true}', "value: expected int, got true or false"),
        (b'{"value":1e400}', "out of range"),
        (b'{"value":9223372036854775808}', "value: 9223372036854775808 does not fit into 64 bits"),
        (b'{"value":' + b"9" * 5000 + b"}", "value"),
        (b'{"value":[]}', "value: expected int, got a list"),
    ],
)
async def test_bodies_that_break_the_contract(web: httpx.AsyncClient, body: bytes, says: str) -> None:
    status, answer = await post(web, "/lab.echo.v1.Echo/Number", body)
    assert (status, answer["code"]) == (400, "invalid_argument")
    assert says in answer["message"]


async def test_what_proto3_peers_leave_out_is_zero(web: httpx.AsyncClient) -> None:
    assert await post(web, "/lab.echo.v1.Echo/Number", b"{}") == (200, {"value": 0})
    status, answer = await post(web, "/lab.echo.v1.Echo/Bounded", {"name": "a"})
    assert (status, answer["message"]) == (400, "size: is missing")


async def test_all_problems_are_named_at_once(web: httpx.AsyncClient) -> None:
    status, answer = await post(web, "/lab.echo.v1.Echo/Bounded", {"size": 0, "name": "abcdefg"})
    assert (status, answer["message"]) == (400, "size: Expected `int` >= 1; name: Expected `str` of length <= 5")


@pytest.mark.parametrize(
    "shape", [b"[" * 100_000, b'{"a":' * 100_000, b'{"value":{"name":"x","children":' + b"[{" * 60]
)
async def test_deep_bodies_are_refused(web: httpx.AsyncClient, shape: bytes) -> None:
    status, answer = await post(web, "/lab.echo.v1.Echo/Tree", shape)
    assert (status, answer["code"]) == (429, "resource_exhausted")


async def test_deep_text_is_only_text(web: httpx.AsyncClient) -> None:
    text = '[{"' * 1000 + "\\"
    assert await post(web, "/lab.echo.v1.Echo/Maybe", {"value": text}) == (200, {"value": text})


async def test_large_bodies_are_refused_and_the_connection_goes_on(web: httpx.AsyncClient) -> None:
    status, answer = await post(web, "/lab.echo.v1.Echo/Maybe", {"value": "x" * 3_000_000})
    assert (status, answer["code"]) == (429, "resource_exhausted")
    assert await post(web, "/lab.echo.v1.Echo/Number", {"value": 1}) == (200, {"value": 1})


@pytest.mark.parametrize("sent", ["-1", "abc", "12345678901", "1.5", "٣"])
async def test_timeouts_that_are_no_number_are_refused(web: httpx.AsyncClient, sent: str) -> None:
    answer = await web.post(
        "/lab.echo.v1.Echo/Number", content=b'{"value":1}', headers={**JSON, "connect-timeout-ms": sent.encode()}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_argument")


async def test_a_request_whose_time_is_over_does_not_start(web: httpx.AsyncClient) -> None:
    answer = await web.post(
        "/lab.trouble.v1.Trouble/Add", content=b'{"value":1}', headers={**JSON, "connect-timeout-ms": "0"}
    )
    assert (answer.status_code, answer.json()["code"], answer.headers["plures-outcome"]) == (
        504,
        "deadline_exceeded",
        "not sent",
    )
    late = await web.post(
        "/lab.trouble.v1.Trouble/Patient", content=b'{"seconds":20}', headers={**JSON, "connect-timeout-ms": "100"}
    )
    assert (late.status_code, late.json()["code"], late.headers.get("plures-outcome")) == (
        504,
        "deadline_exceeded",
        None,
    )


async def test_hops_beyond_the_limit_are_refused(web: httpx.AsyncClient) -> None:
    assert (await post(web, "/lab.echo.v1.Echo/Number", {"value": 1}, **{"plures-hops": "16"}))[0] == 200
    assert (await post(web, "/lab.echo.v1.Echo/Number", {"value": 1}, **{"plures-hops": "17"}))[0] == 429
    assert (await post(web, "/lab.echo.v1.Echo/Number", {"value": 1}, **{"plures-hops": "many"}))[0] == 400


async def test_streams_are_envelopes(web: httpx.AsyncClient) -> None:
    request = json.dumps({"count": 2, "then": "gone"}).encode()
    answer = await web.post(
        "/lab.trouble.v1.Trouble/Stream", content=struct.pack(">BI", 0, len(request)) + request, headers=STREAM
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/connect+json")
    *items, end = envelopes(answer.content)
    assert items == [(0, {"value": 0}), (0, {"value": 1})]
    assert end[0] == 2
    assert end[1]["error"]["code"] == "not_found"
    assert end[1]["error"]["declared"]["type"] == "lab.trouble.v1.Gone"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unimplemented"),
        (b"{}", "invalid_argument"),
        (struct.pack(">BI", 0, 100) + b"{}", "invalid_argument"),
        (struct.pack(">BI", 1, 2) + b"{}", "internal"),
    ],
)
async def test_a_stream_needs_one_whole_envelope(web: httpx.AsyncClient, content: bytes, code: str) -> None:
    answer = await web.post("/lab.trouble.v1.Trouble/Stream", content=content, headers=STREAM)
    [(flags, end)] = envelopes(answer.content)
    assert (answer.status_code, flags, end["error"]["code"]) == (200, 2, code)


async def test_health_and_listing(web: httpx.AsyncClient) -> None:
    assert (await web.get("/health/live")).json() == {"status": "live"}
    assert (await web.get("/health/ready")).json() == {"status": "ready"}
    listing = (await web.get("/contracts")).json()
    assert {contract["service"] for contract in listing["contracts"]} == {
        "lab.relay.v1.Relay",
        "lab.cautious.v1.Cautious",
        "lab.shelf.v1.Shelf",
        "lab.echo.v1.Echo",
        "lab.trouble.v1.Trouble",
        "lab.press.v1.Press",
        "lab.reader.v1.Reader",
        "lab.who.v1.Who",
        "lab.porter.v1.Porter",
        "lab.marks.v1.Marks",
        "lab.reads.v1.Reads",
        "lab.parcels.v1.Parcels",
    }
    assert all(contract["policy"]["attempts"] == {"value": 3, "from": "default"} for contract in listing["contracts"])
    assert all(contract["admission"]["refused"] == 0 for contract in listing["contracts"])
    assert listing["places"]["places"] >= 4


def envelopes(content: bytes) -> list[tuple[int, dict[str, object]]]:
    found = []
    while content:
        flags, length = struct.unpack_from(">BI", content)
        found.append((flags, json.loads(content[5 : 5 + length])))
        content = content[5 + length :]
    return found
