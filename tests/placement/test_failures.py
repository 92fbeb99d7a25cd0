"""A failure is the same in every placement: same type, code, fields, text and outcome."""

import asyncio
import logging
from datetime import UTC, datetime

import pytest
from lab import Echo, Gone, Refused, Relay, Tree, Trouble

from plures import CallError, DeadlineExceeded, Internal, InvalidRequest, LimitExceeded, Outcome
from plures.testing import Running

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("quiet")]


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "plures.calls")


async def failure(call: object) -> CallError:
    with pytest.raises(CallError) as caught:
        await call  # type: ignore[misc]
    return caught.value


def facts(error: CallError) -> tuple[object, ...]:
    return type(error), error.code, error.status, error.outcome, error.operation, error.what, error.why, error.fix


async def test_declared_errors_arrive_as_themselves(shop: Running) -> None:
    trouble = shop.client(Trouble)
    with pytest.raises(Refused) as refused:
        await trouble.fail("refused")
    assert refused.value == Refused(who="tester", until=datetime(2030, 1, 1, tzinfo=UTC), attempts=2**60)
    assert str(refused.value).startswith("It may not be done. (who='tester'")
    with pytest.raises(Gone):
        await trouble.fail("gone")


@pytest.mark.parametrize("how", ["undeclared", "bug", "not yielded", "cancelled itself"])
async def test_undeclared_errors_become_internal_and_tell_nothing(shop: Running, how: str) -> None:
    error = await failure(shop.client(Trouble).fail(how))
    why = "it failed inside; the log of the process that hosts it says why"
    assert facts(error)[:7] == (
        Internal, "call.internal", "internal", Outcome.MAY_HAVE_RUN, "lab.trouble.v1.Trouble/Fail",
        "Call of lab.trouble.v1.Trouble/Fail failed (may have run)", why,
    )  # fmt: skip
    assert error.fix == Internal.remedy
    assert error.__cause__ is None
    assert "secret" not in str(error)


async def test_an_error_that_only_the_callee_knows_is_internal_for_its_caller(shop: Running) -> None:
    error = await failure(shop.client(Relay).fail("gone"))
    assert (type(error), error.operation) == (Internal, "lab.relay.v1.Relay/Fail")


@pytest.mark.parametrize("what", ["answer", "nothing", "text", "tuple", "item", "message", "part"])
async def test_answers_of_the_wrong_type_are_internal(shop: Running, what: str) -> None:
    error = await failure(getattr(shop.client(Trouble), f"wrong_{what}")())
    assert (type(error), error.outcome) == (Internal, Outcome.MAY_HAVE_RUN)


async def test_answers_that_only_look_wrong_are_right(shop: Running) -> None:
    assert await shop.client(Trouble).odd_text() == "hello"
    assert await shop.client(Trouble).odd_number() == 5.0


async def test_errors_that_break_the_contract_are_internal(shop: Running) -> None:
    trouble = shop.client(Trouble)
    assert type(await failure(trouble.fail("wrong field"))) is Internal
    assert type(await failure(trouble.fail("no unicode"))) is Internal


async def test_errors_are_subject_to_the_limit_of_answers(shop: Running) -> None:
    error = await failure(shop.client(Trouble).fail("much"))
    assert (type(error), error.outcome) == (LimitExceeded, Outcome.MAY_HAVE_RUN)


async def test_requests_that_break_the_contract_are_refused_with_every_problem(checked_shop: Running) -> None:
    error = await failure(checked_shop.client(Echo).bounded(11, name="longer than five"))
    assert (type(error), error.outcome) == (InvalidRequest, Outcome.NOT_SENT)
    assert error.why == "size: Expected `int` <= 10; name: Expected `str` of length <= 5"
    wrong_type = await failure(checked_shop.client(Echo).texts(("a", 5)))  # type: ignore[arg-type]
    assert (type(wrong_type), wrong_type.outcome) == (InvalidRequest, Outcome.NOT_SENT)
    naive = await failure(checked_shop.client(Echo).number(2**63))
    assert (type(naive), naive.why) == (InvalidRequest, "value: 9223372036854775808 does not fit into 64 bits")


async def test_text_that_is_no_unicode_is_refused(checked_shop: Running) -> None:
    error = await failure(checked_shop.client(Echo).maybe("\ud800"))
    assert (type(error), error.outcome) == (InvalidRequest, Outcome.NOT_SENT)


async def test_large_requests_are_refused_before_they_are_sent(checked_shop: Running) -> None:
    echo = checked_shop.client(Echo)
    assert await echo.repeated("x" * 900_000, 1) == "x" * 900_000
    error = await failure(echo.maybe("x" * 1024 * 1024))
    assert (type(error), error.outcome) == (LimitExceeded, Outcome.NOT_SENT)


async def test_large_answers_are_refused_after_they_were_made(checked_shop: Running) -> None:
    error = await failure(checked_shop.client(Echo).repeated("x" * 1024, 1100))
    assert (type(error), error.outcome) == (LimitExceeded, Outcome.MAY_HAVE_RUN)
    assert error.why.startswith("the answer has 1,126,4")


async def test_deep_messages_are_refused(checked_shop: Running) -> None:
    tree = Tree("leaf")
    for n in range(40):
        tree = Tree(str(n), (tree,))
    error = await failure(checked_shop.client(Echo).tree(tree))
    assert (type(error), error.outcome) == (LimitExceeded, Outcome.NOT_SENT)


async def test_hops_are_limited(shop: Running) -> None:
    relay = shop.client(Relay)
    assert await relay.bounce(15) == 15
    error = await failure(relay.bounce(16))
    # The call before the last sees its own call fail, and does not declare that.
    assert type(error) is Internal


async def test_deadlines_are_enforced_and_the_callee_is_cancelled(shop: Running) -> None:
    trouble = shop.client(Trouble)
    before = await trouble.was_cancelled()
    error = await failure(trouble.slow(20))
    assert facts(error)[:7] == (
        DeadlineExceeded, "call.deadline_exceeded", "deadline_exceeded", Outcome.MAY_HAVE_RUN,
        "lab.trouble.v1.Trouble/Slow", "Call of lab.trouble.v1.Trouble/Slow failed (may have run)",
        "its deadline passed while it ran",
    )  # fmt: skip
    await until(trouble.was_cancelled, before + 1)


async def test_the_deadline_of_the_caller_reaches_the_callee_of_the_callee(shop: Running) -> None:
    trouble = shop.client(Trouble)
    before = await trouble.was_cancelled()
    error = await failure(shop.client(Relay).slow(20))
    assert (type(error), error.operation) == (DeadlineExceeded, "lab.relay.v1.Relay/Slow")
    await until(trouble.was_cancelled, before + 1)


async def test_the_deadline_of_the_caller_reaches_calls_that_are_made_together(shop: Running) -> None:
    error = await failure(shop.client(Relay).slow_together(3))
    assert (type(error), error.operation) == (DeadlineExceeded, "lab.relay.v1.Relay/SlowTogether")


@pytest.mark.parametrize("then", ["", "gone", "bug", "cancelled itself"])
async def test_work_that_blocks_past_its_deadline_is_late_however_it_ends(shop: Running, then: str) -> None:
    error = await failure(shop.client(Trouble).blocks(0.3, then))
    assert facts(error)[:7] == (
        DeadlineExceeded, "call.deadline_exceeded", "deadline_exceeded", Outcome.MAY_HAVE_RUN,
        "lab.trouble.v1.Trouble/Blocks", "Call of lab.trouble.v1.Trouble/Blocks failed (may have run)",
        "its deadline passed while it ran",
    )  # fmt: skip
    # By now its process takes calls again.
    assert await shop.client(Trouble).patient(0) == "slept"


async def test_work_that_blocks_past_the_deadline_of_its_caller_makes_the_caller_late(shop: Running) -> None:
    relay = shop.client(Relay)
    for call in (relay.blocked, relay.blocked_and_goes_on):
        error = await failure(call(0.3))
        assert (type(error), error.outcome) == (DeadlineExceeded, Outcome.MAY_HAVE_RUN)
        assert error.operation.startswith("lab.relay.v1.Relay/Blocked")


async def test_a_caller_that_blocked_past_its_deadline_calls_nothing_more(shop: Running) -> None:
    before = await shop.client(Trouble).total()
    error = await failure(shop.client(Relay).blocks_and_adds(0.3))
    assert (type(error), error.operation) == (DeadlineExceeded, "lab.relay.v1.Relay/BlocksAndAdds")
    # A query passes through the process that was blocked, after what it had left to do.
    await shop.client(Relay).bounce(1)
    assert await shop.client(Trouble).total() == before


async def test_an_inner_deadline_is_an_inner_failure(shop: Running) -> None:
    error = await failure(shop.client(Relay).remaining_is_passed_on())
    assert (type(error), error.operation) == (Internal, "lab.relay.v1.Relay/RemainingIsPassedOn")


async def test_cancelling_the_caller_cancels_the_callee(shop: Running) -> None:
    trouble = shop.client(Trouble)
    before = await trouble.was_cancelled()
    call = asyncio.ensure_future(trouble.patient(20))
    await asyncio.sleep(0.2)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await until(trouble.was_cancelled, before + 1)
    assert await shop.client(Echo).number(1) == 1


async def test_commands_run_once_and_idempotent_ones_may_be_repeated(shop: Running) -> None:
    trouble = shop.client(Trouble)
    before = await trouble.total()
    assert await trouble.add(5) == before + 5
    assert await trouble.total() == before + 5
    known = await trouble.put("key", 1)
    assert await trouble.put("key", 2) == known


async def until(count: object, expected: int) -> None:
    """Wait until a counter of the callee has come to a number; over the wire it may count repeated calls too."""
    for _ in range(500):
        seen = await count()  # type: ignore[operator]
        if seen >= expected:
            break
        await asyncio.sleep(0.02)
    assert seen >= expected
