"""The clients that a host gives out: circles, other hosts, and what counts when a capability is both here and elsewhere."""

from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from typing import Any, Protocol

import pytest

from plures import Capability, Internal, InvalidRequest, Outcome, Unavailable, client, contract, query
from plures.host import Host, Mode
from plures.runtime import Loopback, NotSent, Outgoing, Reply

from .parts import A, B, C, Notes, request

Make = Callable[..., Host]
ELSEWHERE = "http://elsewhere:1"


class Elsewhere:
    """A transport to one address, where everything is answered."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.closed = False

    async def unary(self, url: str, outgoing: Outgoing) -> Reply:
        self.asked.append(url + outgoing.path)
        if url != ELSEWHERE:
            raise NotSent("no server there")
        return Reply(200, b'{"value":"from elsewhere"}')

    async def stream(self, url: str, outgoing: Outgoing) -> AsyncIterator[Reply]:
        raise AssertionError
        yield

    async def close(self) -> None:
        self.closed = True


class Answers:
    async def ask(self, depth: int = 0) -> str:
        return "an answer"


@pytest.mark.parametrize("mode", list(Mode))
async def test_capabilities_that_need_each_other_reach_each_other(host: Make, mode: Mode) -> None:
    notes = Notes()
    running = host(
        Capability(A, notes.service("a", B)),
        Capability(B, notes.service("b", C)),
        Capability(C, notes.service("c", A)),
        mode=mode,
    )
    await running.start()
    assert await running.client(A).ask(5) == "a b c a b c"
    assert await running.client(C).ask(1) == "c a"


@pytest.mark.parametrize("mode", list(Mode))
async def test_one_that_needs_itself_reaches_itself(host: Make, mode: Mode) -> None:
    running = host(Capability(A, Notes().service("a", A)), mode=mode)
    await running.start()
    assert await running.client(A).ask(3) == "a a a a"


async def test_each_owner_has_one_client_of_a_contract(host: Make) -> None:
    """Its calls are counted as those of its owner."""
    given: dict[str, list[Any]] = {"a": [], "edge": []}

    def compose(b: B, again: B) -> Any:
        given["a"] += [b, again]
        return Answers()

    def edge(b: B) -> Any:
        given["edge"].append(b)

        async def app(*_: Any) -> None: ...

        return app

    running = host(Capability(A, compose), Capability(B, Notes().service("b")), edge=edge)
    early = running.client(B)
    await running.start()
    assert running.client(B) is early
    [first, again], [of_edge] = given.values()
    assert first is again
    assert len({id(client) for client in (first, of_edge, early)}) == 3
    assert {repr(client) for client in (first, of_edge, early)} == {"<client of parts.b.v1.B>"}
    assert [await client.ask() for client in (first, of_edge, early)] == ["b"] * 3


@contract("parts.b.v2", owner="tests")
class B2(Protocol):
    @query(deadline_s=30)
    async def ask(self, depth: int = 0) -> str: ...


class OnB2:
    def __init__(self, newer: B2) -> None:
        self._newer = newer

    async def ask(self, depth: int = 0) -> str:
        return f"older on {await self._newer.ask(depth)}"


class OnB2Unnamed:
    def __init__(self, newer: B2) -> None: ...

    async def ask(self, depth: int = 0) -> str:
        return f"older on {await client(B2).ask(depth)}"


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("adapter", [OnB2, OnB2Unnamed])
async def test_an_older_version_calls_the_newer_one_in_its_process(host: Make, mode: Mode, adapter: type) -> None:
    """Wherever other callers find that."""
    older = Capability(B, adapter)
    capability = Capability(B2, Notes().service("b"), older=[older])
    elsewhere = Elsewhere()
    running = host(capability, mode=mode, endpoints={"b": (ELSEWHERE,)}, transport=elsewhere)
    await running.start()
    assert await running.client(B2).ask() == "from elsewhere"
    status, body, _ = await request(running.control, "/parts.b.v1.B/Ask", b"{}")
    assert (status, body) == (200, {"value": "older on b"})
    assert elsewhere.asked == [f"{ELSEWHERE}/parts.b.v2.B2/Ask"]


class Word(StrEnum):
    """A text of a class of its own: only by reference does it stay one."""

    FINE = "fine"


async def test_production_passes_by_reference_and_development_does_not(host: Make) -> None:
    class Odd:
        async def ask(self, depth: int = 0) -> str:
            return Word.FINE

    answers: list[str] = []
    for mode in Mode:
        running = host(Capability(A, Odd), mode=mode)
        await running.start()
        answers.append(await running.client(A).ask())
    assert answers == ["fine", "fine"]
    assert [type(answer) for answer in answers] == [Word, str]


@pytest.mark.parametrize("mode", Mode)
async def test_an_answer_of_the_wrong_type_is_internal_in_every_mode(host: Make, mode: Mode) -> None:
    class Wrong:
        async def ask(self, depth: int = 0) -> str:
            return 5  # type: ignore[return-value]  # what a bug does

    running = host(Capability(A, Wrong), mode=mode)
    await running.start()
    with pytest.raises(Internal):
        await running.client(A).ask()


async def test_what_is_elsewhere_is_called_there(host: Make) -> None:
    notes, transport = Notes(), Elsewhere()
    running = host(
        Capability(A, notes.service("a", B)), Capability(B, notes.service("b")), hosts="a",
        endpoints={"b": (ELSEWHERE,)}, transport=transport,
    )  # fmt: skip
    await running.start()
    assert await running.client(A).ask(1) == "a from elsewhere"
    assert transport.asked == [f"{ELSEWHERE}/parts.b.v1.B/Ask"]
    assert "b built" not in notes
    await running.stop()
    assert transport.closed


async def test_an_endpoint_counts_more_than_being_here(host: Make) -> None:
    transport = Elsewhere()
    running = host(Capability(A, Notes().service("a")), endpoints={"a": (ELSEWHERE,)}, transport=transport)
    await running.start()
    assert await running.client(A).ask() == "from elsewhere"


async def test_endpoints_may_change(host: Make) -> None:
    transport = Elsewhere()
    running = host(Capability(A, Notes().service("a")), hosts="", transport=transport)
    await running.start()
    client = running.client(A)
    with pytest.raises(Unavailable) as caught:
        await client.ask()
    assert (caught.value.outcome, caught.value.why) == (Outcome.NOT_SENT, "no replica of it is ready")
    running.update_endpoints({"a": ("http://dead:1", ELSEWHERE)})
    for _ in range(10):
        assert await client.ask() == "from elsewhere"
    running.update_endpoints({})
    with pytest.raises(Unavailable):
        await client.ask()


async def test_a_contract_that_the_application_does_not_have(host: Make) -> None:
    running = host(Capability(A, Notes().service("a")))
    with pytest.raises(LookupError, match="application 'parts' has no capability for B"):
        running.client(B)


@pytest.mark.parametrize("wrong", ["1", 1.0])
async def test_development_finds_arguments_of_the_wrong_type(host: Make, wrong: Any) -> None:
    running = host(Capability(A, Notes().service("a")), mode=Mode.DEVELOPMENT)
    await running.start()
    with pytest.raises(InvalidRequest, match="depth: expected int"):
        await running.client(A).ask(wrong)


async def test_development_finds_answers_of_the_wrong_type(host: Make) -> None:
    class Wrong:
        async def ask(self, depth: int = 0) -> Any:
            return b"raw"

    running = host(Capability(A, Wrong), mode=Mode.DEVELOPMENT)
    await running.start()
    with pytest.raises(Internal):
        await running.client(A).ask()


async def test_what_starts_here_refuses_at_once_also_through_the_codec(host: Make, monkeypatch: Any) -> None:
    asked: list[str] = []
    send = Loopback.unary

    async def unary(self: Loopback, url: str, outgoing: Outgoing) -> Reply:
        asked.append(url)
        return await send(self, url, outgoing)

    monkeypatch.setattr(Loopback, "unary", unary)
    running = host(Capability(A, Answers), mode=Mode.DEVELOPMENT)
    with pytest.raises(Unavailable, match="not sent"):
        await running.client(A).ask()
    assert len(asked) == 1
