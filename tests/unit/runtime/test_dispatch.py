"""What the callee answers for a service that fails before there is anything to await."""

import logging
from collections.abc import AsyncIterator

import pytest
from lab import Echo

from plures import Outcome, Unavailable
from plures.contract import read_contract
from plures.runtime import Deadlines, Dispatcher, accept

CONTRACT = read_contract(Echo)[0]
NUMBER = CONTRACT.operations["number"]


class Refusing:
    """Its methods are no coroutines: they raise when they are called."""

    def __getattr__(self, name: str) -> object:
        def method(*arguments: object) -> object:
            raise Unavailable("another/Operation", "its own callee was not there", outcome=Outcome.NOT_SENT)

        return method


class Misfit(Refusing):
    def number(self) -> object:
        raise NotImplementedError


@pytest.fixture
async def deadlines() -> AsyncIterator[Deadlines]:
    made = Deadlines()
    yield made
    made.close()


async def test_what_a_service_did_before_it_failed_is_never_called_not_sent(deadlines: Deadlines) -> None:
    dispatcher = Dispatcher(deadlines)
    dispatcher.serve(CONTRACT.operations, Refusing())
    answer = await dispatcher.unary(NUMBER, accept(NUMBER, 1.0, 1), b'{"value":1}')
    assert (answer.http_status, answer.outcome) == (503, None)


async def test_a_service_that_takes_other_arguments_fails_inside(
    deadlines: Deadlines, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "plures.calls")
    dispatcher = Dispatcher(deadlines)
    dispatcher.serve(CONTRACT.operations, Misfit())
    answer = await dispatcher.unary(NUMBER, accept(NUMBER, 1.0, 1), b'{"value":1}')
    assert (answer.http_status, answer.outcome) == (500, None)
    assert b"internal" in answer.body
