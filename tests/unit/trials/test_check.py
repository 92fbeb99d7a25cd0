"""A service that breaks a rule is found out, by a small request; one that keeps its contract is not."""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from plures.testing import ContractBroken, Running, Trial, Where, check_contract, run
from plures.trials import Finding

from .lending import Lending, LendingService, Lent, app


@pytest.fixture
def breaks() -> Generator[None]:
    yield
    LendingService.does, LendingService.burnt = "", 0


@pytest.fixture(params=[Where.IN_PROCESS, Where.CHECKED, Where.OVER_THE_WIRE])
async def library(request: pytest.FixtureRequest, tmp_path: Path, breaks: None) -> AsyncGenerator[Running]:
    async with run(app, request.param, data=tmp_path) as running:
        yield running


@pytest.fixture
async def one(tmp_path: Path, breaks: None) -> AsyncGenerator[Running]:
    async with run(app, Where.CHECKED, data=tmp_path) as running:
        yield running


BOOKS = Trial(Lending, values={"book_id": ["ab1", "ab2"]})


async def found(library: Running, does: str, operation: str, trial: Trial = BOOKS, **options: object) -> list[Finding]:
    LendingService.does = does
    with pytest.raises(ContractBroken) as broken:
        await check_contract(library, Lending, operations=[operation], trial=trial, **options)  # type: ignore[arg-type]
    return broken.value.findings


async def test_a_service_that_keeps_its_contract(library: Running) -> None:
    await check_contract(library, Lending, trial=BOOKS)
    assert LendingService.burnt > 5


async def test_an_error_that_is_not_declared_is_shown_small_with_its_log(library: Running) -> None:
    [finding] = await found(library, "fails", "find", Trial(Lending))
    assert finding.proof.name == "ANSWERS"
    assert finding.request == {"bookId": "0000", "most": 10} or finding.request["bookId"] == "0000"
    assert "too long" in finding.log
    assert "it fails with an error that the contract does not declare" in "\n".join(finding.lines)
    assert finding.call.startswith("plures call library.lending.v1.Lending/Find bookId=0000")
    assert finding.again == "plures contract test lending --operation find --seed 0"


@pytest.mark.parametrize(
    ("does", "operation", "proof"),
    [
        ("undeclared", "find", "ANSWERS"),
        ("late", "find", "IN_TIME"),
        ("changes", "find", "REPEATABLE"),
        ("once", "lend", "REPEATABLE"),
    ],
)
async def test_what_a_caller_would_suffer_from(one: Running, does: str, operation: str, proof: str) -> None:
    assert [each.proof.name for each in await found(one, does, operation, examples=5)] == [proof]


@pytest.mark.parametrize(("does", "operation"), [("invalid", "find"), ("streams", "all")])
async def test_an_answer_out_of_bounds(tmp_path: Path, breaks: None, does: str, operation: str) -> None:
    async with run(app, Where.IN_PROCESS, data=tmp_path) as library:
        [finding] = await found(library, does, operation)
        assert finding.proof.name == "VALID"
        assert "Expected" in finding.what


async def test_what_a_trial_allows(one: Running) -> None:
    LendingService.does = "once"
    await check_contract(one, Lending, trial=Trial(Lending, repeated={"lend": Lent}), operations=["lend"])
    LendingService.does = "changes"
    await check_contract(one, Lending, trial=Trial(Lending, varying=["find"]), operations=["find"])
    await check_contract(one, Lending, trial=Trial(Lending, never=["burn"]), operations=["burn"])
    await check_contract(one, Lending, operations=["burn"], commands=False)
    assert LendingService.burnt == 0


async def test_at_a_url_no_command_is_sent_unless_asked_for(one: Running) -> None:
    url, token = one.address_of("lending")
    await check_contract(url, Lending, token=token)
    assert LendingService.burnt == 0
    await check_contract(url, Lending, token=token, commands=True)
    assert LendingService.burnt > 5
