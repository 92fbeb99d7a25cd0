"""Two versions of one contract side by side: callers of either get the same in every placement."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from ledgers import Amount, Auditor, Clerk, Entry, Ledger, LedgerV1, Overdrawn, TooPoor

from plures import Internal, KeyReused
from plures.testing import EVERYWHERE, Running, Where, run
from plures.usage import UsageFile

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=EVERYWHERE, ids=lambda where: where.name.lower())
async def ledgers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with run("ledgers:app", request.param, data=tmp_path_factory.mktemp("ledgers")) as running:
        yield running


@pytest.fixture
def account() -> str:
    return uuid4().hex


async def test_both_versions_see_the_same_data(ledgers: Running, account: str) -> None:
    older, newer = ledgers.client(LedgerV1), ledgers.client(Ledger)
    assert await older.book(uuid4().hex, account, 500) == 500
    assert await newer.book(uuid4().hex, Entry(account, Amount(250))) == Amount(750)
    assert (await older.balance(account), await newer.balance(account)) == (750, Amount(750))


async def test_callers_reach_the_version_that_they_were_written_for(ledgers: Running, account: str) -> None:
    await ledgers.client(Ledger).book(uuid4().hex, Entry(account, Amount(40)))
    assert await ledgers.client(Clerk).tell(account) == 40
    assert await ledgers.client(Auditor).tell(account) == Amount(40)


async def test_streams_pass_through_the_adapter(ledgers: Running, account: str) -> None:
    for cents in (1, 2, 3):
        await ledgers.client(Ledger).book(uuid4().hex, Entry(account, Amount(cents)))
    assert [cents async for cents in ledgers.client(LedgerV1).statement(account)] == [1, 2, 3]
    assert [amount async for amount in ledgers.client(Ledger).statement(account)] == [Amount(1), Amount(2), Amount(3)]


async def test_each_version_has_its_own_errors(ledgers: Running, account: str) -> None:
    await ledgers.client(Ledger).book(uuid4().hex, Entry(account, Amount(10)))
    with pytest.raises(TooPoor) as poor:
        await ledgers.client(LedgerV1).book(uuid4().hex, account, -11)
    with pytest.raises(Overdrawn) as overdrawn:
        await ledgers.client(Ledger).book(uuid4().hex, Entry(account, Amount(-11)))
    assert (poor.value.cents, overdrawn.value.has) == (10, Amount(10))


async def test_what_the_newer_version_fails_with_is_told_as_a_failure_of_the_older(
    ledgers: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "plures.calls")
    with pytest.raises(Internal) as caught:
        await ledgers.client(LedgerV1).fail()
    assert caught.value.operation == "lab.ledger.v1.LedgerV1/Fail"
    assert "secret" not in str(caught.value)


async def test_a_key_counts_in_both_versions(ledgers: Running, account: str) -> None:
    """The adapter passes it on, so that a caller which moves between two attempts books once."""
    older, newer = ledgers.client(LedgerV1), ledgers.client(Ledger)
    first, second = uuid4().hex, uuid4().hex
    assert await older.book(first, account, 100) == 100
    assert await newer.book(first, Entry(account, Amount(100))) == Amount(100)
    assert await older.book(first, account, 100) == 100
    assert await newer.book(second, Entry(account, Amount(7))) == Amount(107)
    assert await older.book(second, account, 7) == 107
    assert await newer.balance(account) == Amount(107)


async def test_a_key_of_another_request_is_refused_in_both_versions(
    ledgers: Running, account: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "plures.calls")
    older, newer, key = ledgers.client(LedgerV1), ledgers.client(Ledger), uuid4().hex
    await newer.book(key, Entry(account, Amount(100)))
    with pytest.raises(KeyReused) as caught:
        await older.book(key, account, 99)
    assert caught.value.operation == "lab.ledger.v1.LedgerV1/Book"
    assert await newer.balance(account) == Amount(100)


async def test_many_repeats_by_both_versions_at_once_book_once(ledgers: Running, account: str) -> None:
    older, newer, key = ledgers.client(LedgerV1), ledgers.client(Ledger), uuid4().hex
    answers = await asyncio.gather(
        *(older.book(key, account, 5) for _ in range(5)),
        *(newer.book(key, Entry(account, Amount(5))) for _ in range(5)),
    )
    assert answers == [*[5] * 5, *[Amount(5)] * 5]
    assert await newer.balance(account) == Amount(5)


async def test_a_declared_error_is_remembered_in_both_versions(ledgers: Running, account: str) -> None:
    older, newer, key = ledgers.client(LedgerV1), ledgers.client(Ledger), uuid4().hex
    with pytest.raises(TooPoor):
        await older.book(key, account, -1)
    await newer.book(uuid4().hex, Entry(account, Amount(50)))
    with pytest.raises(Overdrawn):
        await newer.book(key, Entry(account, Amount(-1)))
    with pytest.raises(TooPoor):
        await older.book(key, account, -1)


async def test_events_of_both_versions_arrive(ledgers: Running, account: str) -> None:
    await ledgers.client(LedgerV1).book(uuid4().hex, account, 3)
    auditor, expected = ledgers.client(Auditor), {f"{account} v1 3", f"{account} v2 3 EUR"}
    for _ in range(500):
        if len(await auditor.heard(account)) == 2:
            break
        await asyncio.sleep(0.02)
    assert set(await auditor.heard(account)) == expected


async def test_the_older_version_may_be_called_without_await(ledgers: Running, account: str) -> None:
    await ledgers.client(Ledger).book(uuid4().hex, Entry(account, Amount(8)))
    assert await asyncio.to_thread(ledgers.client(LedgerV1).balance_now, account) == 8


async def test_usage_of_all_processes_is_kept_together_and_over_restarts(tmp_path: Path) -> None:
    begun: float | None = None
    for round_ in (1, 2):
        async with run("ledgers:app", Where.LOCAL_PROCESSES, data=tmp_path) as running:
            assert await running.client(Clerk).tell("a") == 0
            assert await running.client(Auditor).tell("a") == Amount(0)
        kept = UsageFile(tmp_path).read()
        calls = {(use.caller, use.contract, use.operation): used.calls for use, used in kept.uses.items()}
        assert calls == {
            ("clerk", "lab.ledger.v1", "Balance"): round_,
            ("ledger itself", "lab.ledger.v2", "Balance"): round_,
            ("auditor", "lab.ledger.v2", "Balance"): round_,
            # The test itself calls with the token of the tools.
            ("plures", "lab.clerk.v1", "Tell"): round_,
            ("plures", "lab.auditor.v1", "Tell"): round_,
        }
        begun = begun or kept.contracts["lab.ledger.v1"].since
        assert kept.contracts["lab.ledger.v1"].since == begun
