"""All attempts of a seed against one shop, and what is wrong afterwards."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.hostile.attempts import Known, attempt
from bench.hostile.parts import Attempt
from bench.hostile.sending import End, Patience, Seen, send
from bench.hostile.shop import RunningShop, books

_AT_ONCE = 48
_VISITORS = 12
_ORDERS = 5
_MANY = 1000
_REFUSALS = (501, 503, 505)
# The protocol itself asks for this code where an envelope is marked as compressed and the call says no compression.
_ASKED_FOR = b"the message says that it is compressed"
_SLOW_S = 6.0
"""The calls of a request to the edge have 5 s together."""


@dataclass(frozen=True)
class Found:
    """What a campaign found.

    Attributes:
        findings: Attempts that did what none may, each with the reason.
        wrong: What is wrong with the shop as a whole.
        came_back: How often an honest customer had to come back, since there was too much to do.
        standstills: What the log of the shop says of an event loop that was held.
    """

    ends: Counter[End]
    statuses: Counter[int]
    findings: Sequence[tuple[str, Seen]]
    wrong: Sequence[str]
    grown_mib: float
    came_back: int
    standstills: Sequence[str]


async def campaign(
    shop: RunningShop,
    seed: int,
    numbers: Sequence[int],
    patience: Patience,
    *,
    say: Callable[[str], None] = lambda _: None,
) -> Found:
    """Send the attempts of these numbers, with honest orders between them."""
    visitors = [await shop.visitor() for _ in range(_VISITORS if len(numbers) >= _MANY else 2)]
    known = Known(visitors, shop.authorization)
    came_back = await shop.order()
    before_mib = shop.memory_mib
    seen: list[Seen] = []
    free = asyncio.Semaphore(_AT_ONCE)
    turn = len(numbers) // _ORDERS if len(numbers) >= _MANY else len(numbers)
    running: set[asyncio.Task[None]] = set()

    async def one(number: int) -> None:
        made = attempt(seed, number, known)
        seen.append(await send(made, shop.public_port if made.is_public else shop.control_port, patience, free))

    for count, number in enumerate(numbers):
        async with free:
            task = asyncio.create_task(one(number))
        running.add(task)
        task.add_done_callback(running.discard)
        if count % turn == turn - 1:
            came_back += await shop.order()
            say(f"{count + 1:,} sent; the shop sells; {shop.memory_mib - before_mib:+.0f} MiB")
    say("waiting for what is not whole to be given up")
    while running:
        await asyncio.wait(running)
    await shop.order()
    findings = [(why, one) for one in seen if (why := _finding(one)) is not None]
    # Reservations of hostile calls and orders under way come to an end.
    wrong = await _uneven(shop)
    wrong += [f"the log has a traceback: {line}" for line in shop.tracebacks]
    grown = shop.memory_mib - before_mib
    return Found(Counter(one.end for one in seen), _statuses(seen), findings, wrong, grown, came_back, shop.standstills)


async def _uneven(shop: RunningShop) -> list[str]:
    for _ in range(50):
        if not (wrong := books(shop.data)):
            break
        await asyncio.sleep(0.1)
    return list(wrong)


def _statuses(seen: Sequence[Seen]) -> Counter[int]:
    return Counter(status for one in seen for status in one.statuses)


def _finding(seen: Seen) -> str | None:
    if seen.end in (End.HANGS, End.GONE):
        return seen.end.value
    fine = (*_REFUSALS, 504) if _has_deadline(seen.attempt) else _REFUSALS
    if any(status >= 500 and status not in fine for status in seen.statuses):
        return "the server says that it failed"
    if _says_internal(seen.said):
        return "a call says internal"
    if seen.end is End.ANSWERED and seen.took_s > _SLOW_S:
        return f"the answer took {seen.took_s:.1f} s"
    return None


def _has_deadline(attempt: Attempt) -> bool:
    """Whether it asks for an answer at once, which is 504 where it does not come in time."""
    return not attempt.is_public and b"connect-timeout-ms" in b"".join(attempt.pieces).lower()


def _says_internal(said: bytes) -> bool:
    return b'"code":"internal"' in said and _ASKED_FOR not in said


def told(why: str, seen: Seen, seed: int) -> str:
    """A finding as text: what it is made of, and its bytes."""
    attempt = seen.attempt
    to = "the edge" if attempt.is_public else "the control listener"
    shown = [json.dumps(piece[:1500].decode("latin-1")) for piece in attempt.pieces[:3]]
    made = ", ".join(attempt.made_of)
    said = json.dumps(seen.said[:400].decode("latin-1"))
    return (
        f"{why}: seed {seed}, number {attempt.number}, to {to}, made of {made}\n  sent {' '.join(shown)}\n  got {said}"
    )
