"""Events reach their handlers in each placement: once in effect, in the order of their key, and only if they were committed."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count

import pytest
from lab import Press, Reader, Somebody

from plures import Internal, acting_for
from plures.testing import Running

PATIENCE_S = 30
_numbers = count(1)


def numbers(many: int) -> tuple[int, ...]:
    """Numbers that no other test prints."""
    return tuple(next(_numbers) for _ in range(many))


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():  # noqa: ASYNC110 - this sleep waits for no event
            await asyncio.sleep(0.01)


async def heard(shop: Running, paper: str) -> list[int]:
    return [line.number for line in await shop.client(Reader).heard(paper)]


@pytest.mark.asyncio(loop_scope="session")
async def test_events_of_one_key_arrive_once_and_in_order(shop: Running) -> None:
    papers = {f"paper {shop.where} {n}": numbers(20) for n in range(3)}
    for batch in zip(*papers.values(), strict=True):
        await asyncio.gather(*(shop.client(Press).print(paper, (n,)) for paper, n in zip(papers, batch, strict=True)))
    for paper, printed in papers.items():
        await until(lambda paper=paper: _has(shop, paper, 20))  # type: ignore[misc]
        assert await heard(shop, paper) == list(printed)


async def _has(shop: Running, paper: str, many: int) -> bool:
    return len(await heard(shop, paper)) >= many


@pytest.mark.asyncio(loop_scope="session")
async def test_what_is_rolled_back_was_never_published(shop: Running) -> None:
    paper = f"broken {shop.where}"
    lost, kept = numbers(2)
    with pytest.raises(Internal):
        await shop.client(Press).print(paper, (lost,), fails=True)
    await shop.client(Press).print(paper, (kept,))
    await until(lambda: _has(shop, paper, 1))
    assert await heard(shop, paper) == [kept]


@pytest.mark.asyncio(loop_scope="session")
async def test_a_handler_that_fails_leaves_nothing_and_is_tried_again(shop: Running) -> None:
    paper, other = f"heavy {shop.where}", f"light {shop.where}"
    heavy, light = numbers(3), numbers(1)
    await shop.client(Press).print(paper, heavy[:1], failures=2)
    await shop.client(Press).print(paper, heavy[1:])
    await shop.client(Press).print(other, light)
    await until(lambda: _has(shop, other, 1))
    await until(lambda: _has(shop, paper, 3))
    assert await heard(shop, paper) == list(heavy), "those behind it wait, and it takes effect once"
    assert await shop.client(Reader).attempts(heavy[0]) == 3


@pytest.mark.asyncio(loop_scope="session")
async def test_a_handler_may_publish(shop: Running) -> None:
    printed = numbers(3)
    await shop.client(Press).print(f"chain {shop.where}", printed, failures=1)

    async def all_noted() -> bool:
        return set(printed) <= set(await shop.client(Press).read_numbers())

    await until(all_noted)
    noted = [number for number in await shop.client(Press).read_numbers() if number in printed]
    assert sorted(noted) == sorted(printed), "an attempt that failed published nothing"


@pytest.mark.asyncio(loop_scope="session")
async def test_an_event_belongs_to_the_request_that_published_it(shop: Running) -> None:
    paper = f"request {shop.where}"
    request = await shop.client(Press).print(paper, numbers(1))
    await until(lambda: _has(shop, paper, 1))
    (line,) = await shop.client(Reader).heard(paper)
    assert line.request_id == request != ""


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("outside", "events.outside_of_write"),
        ("reading", "events.outside_of_write"),
        ("undeclared", "events.undeclared"),
        ("large", "events.not_writable"),
    ],
)
async def test_publishing_where_it_cannot_hold_fails_loudly(shop: Running, how: str, code: str) -> None:
    assert await shop.client(Press).print_wrongly(how) == code


@pytest.mark.asyncio(loop_scope="session")
async def test_a_handler_knows_on_whose_behalf_its_event_was_published_and_so_does_the_next(shop: Running) -> None:
    one, other, none = numbers(3)
    for number, name in ((one, "anna"), (other, "ben")):
        with acting_for(Somebody(name)):
            await shop.client(Press).print(f"of {name} {shop.where}", (number,), failures=1)
    await shop.client(Press).print(f"of no one {shop.where}", (none,))

    async def has_come() -> bool:
        return all([await shop.client(Press).noted_for(number) for number in (one, other, none)])

    await until(has_come)
    for number, name in ((one, "anna"), (other, "ben"), (none, "no one")):
        assert await shop.client(Reader).heard_for(number) == name
        assert await shop.client(Press).noted_for(number) == name
