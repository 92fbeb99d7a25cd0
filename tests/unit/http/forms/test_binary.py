"""The binary form between a caller and a replica, over real connections: where it is spoken, and where JSON is instead."""

import base64
import json
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import pytest

from plures import ContractError, Message, contract, query
from plures.compat import described, lock_text, numbered
from plures.contract import Binary, ContractDescription, read_contract
from plures.host.binaries import LockedBinaries
from plures.http import ConnectServer, Request, Response
from plures.runtime import Deadlines, Dispatcher, Endpoints, Outgoing, Policy, RemoteCaller, Reply
from plures.runtime.connect import PREFIX, envelope


class Tea(Message):
    name: str
    grams: int = 0


class SoldOut(ContractError, status="failed_precondition"):
    """There is none."""

    name: str


@contract("lab.tea.v1", owner="tests")
class Shop(Protocol):
    @query(errors=[SoldOut])
    async def weigh(self, tea: Tea) -> Tea: ...

    @query(errors=[SoldOut])
    def pour(self, cups: int) -> AsyncIterator[Tea]: ...


class ShopService:
    async def weigh(self, tea: Tea) -> Tea:
        if tea.name == "gone":
            raise SoldOut(name=tea.name)
        return Tea(tea.name, tea.grams * 2)

    async def pour(self, cups: int) -> AsyncIterator[Tea]:
        for number in range(cups):
            if number == 3:
                raise SoldOut(name="green")
            yield Tea("green", number)


SHOP: ContractDescription = read_contract(Shop)[0]
LOCK = lock_text(numbered(described(SHOP), None))
WEIGH, POUR = SHOP.operations["weigh"], SHOP.operations["pour"]
PROTO = {b"content-type": b"application/proto"}


class Near:
    """A transport to a server in this process, which keeps what was sent; the bytes are those of the wire."""

    def __init__(self, server: ConnectServer) -> None:
        self._server = server
        self.sent: list[Outgoing] = []

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        response = await self._asked(outgoing)
        return Reply(response.status, response.body, _outcome(response), response.content_type)

    async def stream(self, url: str, outgoing: Outgoing) -> AsyncIterator[Reply]:
        response = await self._asked(outgoing)
        yield Reply(response.status, b"", _outcome(response), response.content_type)
        if response.chunks is None:
            yield Reply(response.status, response.body)
            return
        async for chunk in response.chunks:
            yield Reply(response.status, chunk)

    async def _asked(self, outgoing: Outgoing) -> Response:
        self.sent.append(outgoing)
        content_type = f"application/{'connect+' if outgoing.streams else ''}{outgoing.form}"
        headers = {b"content-type": content_type.encode()} | (
            {b"plures-lock": outgoing.mark.encode()} if outgoing.mark else {}
        )
        return await self._server(Request("POST", outgoing.path, b"", headers, outgoing.body))

    async def knock(self, url: str) -> None: ...

    def give_up(self, outgoing: Outgoing) -> None: ...

    async def close(self) -> None: ...


def _outcome(response: Response) -> str | None:
    return "not sent" if (b"plures-outcome", b"not sent") in response.headers else None


def locked(folder: Path, text: str | None = LOCK) -> LockedBinaries:
    """The binary forms of a folder with this lock file."""
    if text is not None:
        (folder / "contracts").mkdir(parents=True)
        (folder / "contracts" / "lab.tea.v1.toml").write_text(text)
    return LockedBinaries(folder, [SHOP])


@pytest.fixture
def deadlines() -> AsyncIterator[Deadlines]:
    made = Deadlines()
    yield made
    made.close()


@pytest.fixture
def serve(deadlines: Deadlines) -> Callable[[LockedBinaries], ConnectServer]:
    def server(binaries: LockedBinaries) -> ConnectServer:
        dispatcher = Dispatcher(deadlines, binaries=binaries)
        dispatcher.serve(SHOP.operations, ShopService())
        return ConnectServer(dispatcher)

    return server


def caller_of(near: Near, deadlines: Deadlines, binaries: LockedBinaries, *, binary: bool = True) -> RemoteCaller:
    endpoints = Endpoints.fixed("http://near", policy=Policy(binary=binary))
    transport: Any = near
    return RemoteCaller(endpoints, transport, deadlines, binaries=binaries)


async def test_both_speak_binary_where_they_have_the_same_lock(
    tmp_path: Path, serve: Any, deadlines: Deadlines
) -> None:
    binaries = locked(tmp_path)
    near = Near(serve(binaries))
    caller = caller_of(near, deadlines, binaries)
    weigh, pour = caller.bind(WEIGH), caller.bind(POUR)
    assert await weigh(Tea("oolong", 5)) == Tea("oolong", 10)
    assert [tea async for tea in pour(2)] == [Tea("green", 0), Tea("green", 1)]
    assert [each.form for each in near.sent] == ["proto", "proto"]
    assert len(near.sent[0].body) < len(WEIGH.request.encode(WEIGH.request_of(Tea("oolong", 5)))) / 1.2


async def test_errors_are_json_in_both_forms(tmp_path: Path, serve: Any, deadlines: Deadlines) -> None:
    binaries = locked(tmp_path)
    caller = caller_of(Near(serve(binaries)), deadlines, binaries)
    with pytest.raises(SoldOut) as caught:
        await caller.bind(WEIGH)(Tea("gone"))
    assert caught.value.fields == {"name": "gone"}
    poured = []
    with pytest.raises(SoldOut):
        async for tea in caller.bind(POUR)(9):
            poured.append(tea)
    assert len(poured) == 3


@pytest.mark.parametrize(
    "text", [None, LOCK.replace("number = 2", "number = 3"), LOCK.replace("grams", "weight"), "<<<<<<< ours\n"]
)
async def test_another_lock_is_refused_once_and_remembered(
    tmp_path: Path, serve: Any, deadlines: Deadlines, caplog: pytest.LogCaptureFixture, text: str | None
) -> None:
    near = Near(serve(locked(tmp_path / "there", text)))
    caller = caller_of(near, deadlines, locked(tmp_path / "here"))
    with caplog.at_level(logging.WARNING, "plures.calls"):
        weigh, pour = caller.bind(WEIGH), caller.bind(POUR)
        assert await weigh(Tea("oolong", 5)) == Tea("oolong", 10)
        assert await weigh(Tea("oolong", 6)) == Tea("oolong", 12)
        assert len([tea async for tea in pour(2)]) == 2
    assert [each.form for each in near.sent] == ["proto", "json", "json", "json"]
    assert len([each for each in caplog.records if "JSON and not binary" in each.message]) == 1


async def test_a_stream_turns_to_json_as_well(tmp_path: Path, serve: Any, deadlines: Deadlines) -> None:
    near = Near(serve(locked(tmp_path / "there", None)))
    pour = caller_of(near, deadlines, locked(tmp_path / "here")).bind(POUR)
    assert len([tea async for tea in pour(2)]) == 2
    assert [each.form for each in near.sent] == ["proto", "json"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "is not locked: there is no contracts/lab.tea.v1.toml"),
        (LOCK.replace("grams", "weight"), "Tea.grams and 1 more is not as it was locked; run `plures contract lock`"),
        ("<<<<<<< ours\n", "cannot be read"),
    ],
)
async def test_a_caller_without_numbers_speaks_json_and_says_why(
    tmp_path: Path, serve: Any, deadlines: Deadlines, *, caplog: pytest.LogCaptureFixture, text: str | None, why: str
) -> None:
    near = Near(serve(locked(tmp_path / "there")))
    caller = caller_of(near, deadlines, locked(tmp_path / "here", text))
    with caplog.at_level(logging.WARNING, "plures.calls"):
        weigh = caller.bind(WEIGH)
        for _ in range(2):
            assert await weigh(Tea("oolong", 5)) == Tea("oolong", 10)
    assert {each.form for each in near.sent} == {"json"}
    [told] = [each.getMessage() for each in caplog.records]
    assert why in told


async def test_nothing_is_binary_where_the_policy_does_not_say_so(
    tmp_path: Path, serve: Any, deadlines: Deadlines
) -> None:
    binaries = locked(tmp_path)
    near = Near(serve(binaries))
    await caller_of(near, deadlines, binaries, binary=False).bind(WEIGH)(Tea("oolong"))
    assert [each.form for each in near.sent] == ["json"]


async def test_peers_of_other_makes_are_answered_in_their_form(tmp_path: Path, serve: Any) -> None:
    binaries = locked(tmp_path)
    server = serve(binaries)
    binary: Binary = binaries.of(WEIGH) or pytest.fail("there is a lock")
    body = binary.codec(WEIGH.request.message).encode(WEIGH.request_of(Tea("oolong", 5)))
    response = await server(Request("POST", WEIGH.path, b"", PROTO, body))
    assert (response.status, response.content_type) == (200, b"application/proto")
    assert binary.codec(WEIGH.answer.message).decode(response.body) == Tea("oolong", 10)
    asked = f"connect=v1&encoding=proto&base64=1&message={quote(base64.urlsafe_b64encode(body).decode().rstrip('='))}"
    assert (await server(Request("GET", WEIGH.path, asked.encode(), {}))).body == response.body
    stream = {b"content-type": b"application/connect+proto"}
    cups = binary.codec(POUR.request.message).encode(POUR.request_of(1))
    answer = await server(Request("POST", POUR.path, b"", stream, envelope(cups)))
    assert answer.content_type == b"application/connect+proto"
    first, end = [chunk async for chunk in answer.chunks]
    assert binary.codec(POUR.answer.message).decode(first[PREFIX.size :]) == Tea("green", 0)
    assert json.loads(end[PREFIX.size :]) == {}


async def test_bytes_that_are_no_message_are_an_invalid_request(tmp_path: Path, serve: Any) -> None:
    server = serve(locked(tmp_path))
    response = await server(Request("POST", WEIGH.path, b"", PROTO, b"\x0a\x05ab"))
    told = json.loads(response.body)
    assert (response.status, response.content_type, told["code"]) == (400, b"application/json", "invalid_argument")
    assert "5 bytes by its own word" in told["message"]


async def test_a_peer_without_a_lock_here_is_told_why(tmp_path: Path, serve: Any) -> None:
    response = await serve(locked(tmp_path, None))(Request("POST", WEIGH.path, b"", PROTO, b""))
    assert response.status == 415
    assert (b"accept-post", b"application/json") in response.headers
    assert "there is no contracts/lab.tea.v1.toml" in json.loads(response.body)["message"]


class Loose(Message):
    tags: tuple[str, ...] | None = None


@contract("lab.loose.v1", owner="tests")
class LooseContract(Protocol):
    @query()
    async def mirror(self, loose: Loose) -> Loose: ...


async def test_what_the_binary_form_would_lose_stays_json_among_our_own(tmp_path: Path) -> None:
    description = read_contract(LooseContract)[0]
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "lab.loose.v1.toml").write_text(lock_text(numbered(described(description), None)))
    binary = LockedBinaries(tmp_path, [description]).of(description.operations["mirror"])
    assert binary is not None
    assert "Loose.tags left out is another thing than empty" in binary.loses
