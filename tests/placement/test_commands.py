"""A command with a key answers in every placement what it answered first; a conflict of transactions is repeated where nothing has left."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import msgspec
import pytest
import pytest_asyncio
from lab import Closed, Full, Put, Shelf, app

from plures import CallError, Internal, InvalidRequest, KeyReused, Outcome, Unavailable
from plures.testing import EVERYWHERE, Running, Where, assemble, one_each, run
from plures.topology import Replicas
from tests.databases import KINDS, SQLITE

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("quiet")]


@pytest_asyncio.fixture(
    scope="session",
    loop_scope="session",
    params=[(kind, where) for kind in KINDS for where in EVERYWHERE],
    ids=lambda param: f"{param[0]}-{param[1].name.lower()}",
)
async def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """On both databases; on PostgreSQL with two replicas of what keeps data, where there are processes."""
    kind, where = request.param
    folder, topology = tmp_path_factory.mktemp("plures"), None
    if kind != SQLITE:
        assembly = assemble(app)
        alone = one_each(assembly)
        processes = [
            msgspec.structs.replace(it, replicas=Replicas(2, 2)) if it.name == "shelf" else it for it in alone.processes
        ]
        storage = await request.getfixturevalue("postgres").storage(assembly, folder / "passwords", 24)
        topology = replace(alone, processes=tuple(processes), storage=storage)
    async with run("lab:app", where, data=folder, topology=topology) as running:
        if topology is not None and where is Where.LOCAL_PROCESSES:
            assert len(running.processes.endpoints["shelf"]) == 2
        yield running


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "plures.calls")


@pytest.fixture
def key() -> str:
    return str(uuid4())


async def failure(call: object) -> CallError:
    with pytest.raises(CallError) as caught:
        await call  # type: ignore[misc]
    return caught.value


async def test_the_second_call_answers_as_the_first_and_does_not_run(shop: Running, key: str) -> None:
    shelf = shop.client(Shelf)
    first = await shelf.put(key, "tea")
    assert first == Put(key, 1, "tea")
    assert await shelf.put(key, label="tea") == first
    assert await shelf.runs(key) == 1


async def test_without_a_key_each_call_runs(shop: Running) -> None:
    shelf = shop.client(Shelf)
    before = await shelf.runs("")
    await shelf.put(None)
    await shelf.put("")
    assert await shelf.runs("") >= before + 2


async def test_another_request_with_the_same_key_is_refused(shop: Running, key: str) -> None:
    shelf = shop.client(Shelf)
    await shelf.put(key, "tea")
    error = await failure(shelf.put(key, "coffee"))
    assert (type(error), error.code, error.outcome) == (KeyReused, "call.key_reused", Outcome.NOT_SENT)
    assert error.why == f"the key {key!r} belongs to another request, with other values"
    assert isinstance(error, InvalidRequest)
    assert await shelf.runs(key) == 1


@pytest.mark.parametrize("strange", ["x" * 256, "nothing\0in between", "\ud800"])
async def test_keys_that_cannot_be_kept_are_refused(shop: Running, strange: str) -> None:
    error = await failure(shop.client(Shelf).put(strange))
    assert (type(error), error.outcome) == (InvalidRequest, Outcome.NOT_SENT)


@pytest.mark.parametrize("strange", ["\U0001f375" * 255, "' OR 1=1 --", "\n\t ", "%s:key$1", "\u202e"])
async def test_keys_of_any_characters(shop: Running, key: str, strange: str) -> None:
    shelf = shop.client(Shelf)
    unique = (key + strange)[:255]
    assert await shelf.put(unique) == await shelf.put(unique) == Put(unique, 1)


async def test_operations_do_not_share_their_keys(shop: Running, key: str) -> None:
    shelf = shop.client(Shelf)
    await shelf.put(key)
    assert await shelf.put_and_call(key) == 2


@pytest.mark.parametrize("within", [True, False])
async def test_a_declared_error_is_an_answer_too(shop: Running, key: str, within: bool) -> None:
    shelf = shop.client(Shelf)
    for _ in range(2):
        with pytest.raises(Full) as full:
            await shelf.refuse(key, within=within)
        assert full.value == Full(times=1)


@pytest.mark.parametrize(("fails", "kind"), [("declared", Closed), ("undeclared", Internal)])
async def test_what_tells_the_caller_to_try_again_is_no_answer_and_leaves_nothing(
    shop: Running, key: str, fails: str, kind: type[Exception]
) -> None:
    shelf = shop.client(Shelf)
    for _ in range(2):
        with pytest.raises(kind):
            await shelf.put_and_fail(key, fails)
        assert await shelf.runs(key) == 0
    for _ in range(2):
        assert await shelf.put_and_fail(key, "") == 1
    assert await shelf.runs(key) == 1


async def test_an_operation_that_writes_several_times_or_never(shop: Running, key: str) -> None:
    shelf = shop.client(Shelf)
    for _ in range(2):
        assert await shelf.put_twice(key) == 1
        await shelf.put_nothing("once for all tests")
    assert await shelf.runs(key) == 2


async def test_what_is_held_back_is_committed_before_others_are_called(shop: Running, key: str) -> None:
    for _ in range(2):
        assert await shop.client(Shelf).put_and_call(key) == 1


async def test_tasks_of_one_command_may_write_beside_one_another(shop: Running, key: str) -> None:
    for _ in range(2):
        assert await shop.client(Shelf).put_together(key) == 5


async def test_the_second_of_two_at_once_waits_for_the_first(shop: Running, key: str) -> None:
    shelf = shop.client(Shelf)
    answers = await asyncio.gather(*(shelf.put(key, pause_s=0.02) for _ in range(10)))
    assert set(answers) == {Put(key, 1)}
    assert await shelf.runs(key) == 1


@pytest.mark.parametrize("after", ["", "query"])
async def test_conflicts_are_repeated(shop: Running, key: str, after: str) -> None:
    shelf = shop.client(Shelf)
    assert await shelf.conflict(key, 3, after) == 4
    assert await shelf.runs(key) == 1


@pytest.mark.parametrize(("after", "remains"), [("command", "a part"), ("commit", "a part"), ("", "nothing")])
async def test_conflicts_that_go_on_or_may_not_be_repeated(shop: Running, key: str, after: str, remains: str) -> None:
    shelf = shop.client(Shelf)
    error = await failure(shelf.conflict(key, 100, after))
    assert (type(error), error.outcome) == (Unavailable, Outcome.MAY_HAVE_RUN)
    assert remains in error.why
    assert await shelf.runs(key) == (1 if after == "commit" else 0)
