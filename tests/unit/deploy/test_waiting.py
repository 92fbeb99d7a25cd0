"""Who waits for whom, and what becomes of the others."""

import asyncio

import pytest

from plures.deploy.waiting import first, in_order, together


async def forever(cancelled: list[str], name: str = "forever") -> None:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        cancelled.append(name)
        raise


async def fail(message: str) -> None:
    await asyncio.sleep(0)
    raise LookupError(message)


async def test_first_cancels_the_others():
    cancelled: list[str] = []
    assert await first(forever(cancelled), asyncio.sleep(0))
    assert cancelled == ["forever"]


async def test_first_says_when_nothing_happened():
    cancelled: list[str] = []
    assert not await first(forever(cancelled), limit_s=0.01)
    assert cancelled == ["forever"]


async def test_first_raises_what_happened():
    with pytest.raises(LookupError, match="oh"):
        await first(forever([]), fail("oh"))


async def test_together_waits_for_all_and_for_none():
    done: list[int] = []

    async def work(number: int) -> None:
        await asyncio.sleep(0)
        done.append(number)

    await together(work(number) for number in range(3))
    await together([])
    assert done == [0, 1, 2]


async def test_together_cancels_the_others_when_one_fails():
    cancelled: list[str] = []
    with pytest.raises(LookupError, match="oh"):
        await together([forever(cancelled), fail("oh"), fail("also")])
    assert cancelled == ["forever"]


async def test_in_order():
    events: list[str] = []

    async def start(name: str) -> None:
        events.append(f"{name}…")
        await asyncio.sleep(0)
        events.append(name)

    needs = {
        "shop": frozenset({"search", "cart"}),
        "search": frozenset({"catalog"}),
        "cart": frozenset(),
        "catalog": frozenset(),
    }
    await in_order(needs, start)
    assert events.index("catalog") < events.index("search…")
    assert max(events.index("search"), events.index("cart")) < events.index("shop…")
    assert events.index("cart…") < events.index("search")  # what does not need each other goes at once


async def test_in_order_fails_with_the_first_failure():
    async def start(name: str) -> None:
        if name == "a":
            await fail("a is broken")
        pytest.fail("b needs a")

    with pytest.raises(LookupError, match="a is broken"):
        await in_order({"b": frozenset({"a"}), "a": frozenset()}, start)
