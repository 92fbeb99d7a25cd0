"""How often operations go wrong, what the log says of it, and that nothing stands in the way where nothing was asked for."""

import asyncio
import logging
from collections import Counter
from random import Random

import pytest
from lab import app

from plures.application import assemble
from plures.errors import Outcome, Unavailable
from plures.host import read_faults
from plures.host.faults import Injector
from plures.host.faults.injector import InjectedError

ASSEMBLY = assemble(app)
CONTRACTS = {contract.capability: contract for contract in ASSEMBLY.contracts}


class Numbers:
    """A service that counts."""

    def __init__(self) -> None:
        self.calls = 0

    async def number(self, value: int) -> int:
        self.calls += 1
        return value

    def __getattr__(self, name: str) -> object:
        return name


def injector(*texts: str) -> Injector:
    faults, wrong = read_faults(texts, ASSEMBLY.operation_names, ASSEMBLY.capabilities)
    assert wrong == []
    return Injector(faults, [*CONTRACTS.values()], Random(7))


async def test_errors_and_hangs_come_as_often_as_asked_for() -> None:
    service = Numbers()
    faulty: Numbers = injector("echo.number=error:30%,hang:20%").service(CONTRACTS["echo"], service)  # type: ignore[assignment]
    seen: Counter[str] = Counter()
    calls = [asyncio.ensure_future(faulty.number(1)) for _ in range(2000)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    for call in calls:
        if not call.done():
            seen["hangs"] += 1
            call.cancel()
        else:
            seen[type(call.exception()).__name__ if call.exception() else "fine"] += 1
    await asyncio.gather(*calls, return_exceptions=True)
    assert 500 < seen["InjectedError"] < 700
    assert 320 < seen["hangs"] < 480
    assert seen["fine"] == service.calls == 2000 - seen["InjectedError"] - seen["hangs"]


async def test_the_log_says_that_it_was_injected(caplog: pytest.LogCaptureFixture) -> None:
    faulty: Numbers = injector("echo=error:100%").service(CONTRACTS["echo"], Numbers())  # type: ignore[assignment]
    with pytest.raises(InjectedError):
        await faulty.number(1)
    assert caplog.record_tuples == [
        (
            "plures.faults",
            logging.ERROR,
            "lab.echo.v1.Echo/Number fails with an injected error, as was asked for (echo=error:100%)",
        )
    ]


async def test_calls_are_not_sent_as_often_as_asked_for() -> None:
    service, operation = Numbers(), CONTRACTS["echo"].operations["number"]
    call = injector("echo.number=unavailable:25%").caller(lambda _: service.number)(operation)
    refused = 0
    for _ in range(1000):
        try:
            await call(1)
        except Unavailable as error:
            refused += error.outcome is Outcome.NOT_SENT
    assert 190 < refused < 310
    assert service.calls == 1000 - refused


def test_what_has_no_fault_is_left_as_it_is() -> None:
    service = Numbers()
    made = injector("echo.number=error:5%", "trouble=unavailable:5%")
    assert made.service(CONTRACTS["relay"], service) is service
    faulty: Numbers = made.service(CONTRACTS["echo"], service)  # type: ignore[assignment]
    assert faulty.texts == "texts"
    assert made.caller(lambda _: service.number)(CONTRACTS["echo"].operations["number"]) == service.number
    for name in CONTRACTS["trouble"].operations:
        assert getattr(made.service(CONTRACTS["trouble"], service), name) == name
