"""Three times as many requests as fit: ``python -m bench.shop.overload [SECONDS] [sqlite|memory] [visitors|buyers] [one|split]``.

The marketplace runs in one process, or in one for each capability, and pages arrive open loop, whether earlier ones are answered or not. What fits is measured first,
by clients that wait for each answer and ask for the normal mix. Then come three times as many requests: from visitors, who look
around, beside the orders of a normal hour; or with as many more buyers, whose orders alone are more than one process places.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import count
from random import Random
from time import perf_counter

from bench.accounting import memory_mib
from bench.samples import percentile
from bench.shop.deployment import Deployment, deployed
from bench.shop.rivals.service_worker import EDGE
from bench.shop.traffic.arrivals import NORMAL
from bench.shop.traffic.open_loop import Seen, drive
from bench.shop.traffic.shelf import Shelf
from bench.shop.traffic.web import UnexpectedPage, WebTraffic
from bench.shop.variants import Kind, Storage
from plures.load import arrivals

_CLIENTS, _TIMES, _HALF = 8, 3.0, 0.5
_CALM_S, _NOW_AND_THEN = 10.0, 2
CRITICAL = ("checkout",)
MIXES: Mapping[str, Mapping[str, float]] = {
    "visitors": {page: share * (1 if page in CRITICAL else _TIMES) for page, share in NORMAL.items()},
    "buyers": NORMAL,
}
"""The pages of the time when it is too much."""


KINDS: Mapping[str, Kind] = {"one": Kind.ONE_PROCESS, "split": Kind.SPLIT}


async def run(seconds: float, storage: Storage, mix: str, kind: Kind, seed: int) -> dict[str, float]:
    """All figures, by name."""
    with deployed(kind, storage) as shop:
        random = Random(seed)
        shelf = Shelf(random, part=0, of=1)
        async with WebTraffic(shop.ports[EDGE], shelf, random) as web:
            return await _measure(shop, web, seconds, MIXES[mix], random)


async def _measure(
    shop: Deployment, web: WebTraffic, seconds: float, mix: Mapping[str, float], random: Random
) -> dict[str, float]:
    pages, shares = list(NORMAL), list(NORMAL.values())

    def draw() -> str:
        return random.choices(pages, shares)[0]

    await web.prepare(1_500)
    capacity = await _closed(web, draw)
    calm = await _open(web, NORMAL, capacity * _HALF, _CALM_S, random)
    before = memory_mib(shop.processes)
    per_s = capacity * _TIMES
    await web.prepare(int(per_s * seconds * mix["checkout"] / sum(mix.values()) * 1.2) + 100)
    busy = await _open(web, mix, per_s, seconds, random)
    after = await _open(web, NORMAL, capacity * _HALF, _CALM_S, random)
    grown = memory_mib(shop.processes) - before
    fine, critical = [each for each in busy if each.is_fine], [each for each in busy if each.page in CRITICAL]
    normal_p99, busy_p99 = _p99_ms(calm), _p99_ms(fine)
    slow = _slow_halves(after, normal_p99)
    return {
        "capacity per s": capacity,
        "requests per s": len(busy) / seconds,
        "answered per s": len(fine) / seconds,
        "goodput of capacity": len(fine) / seconds / capacity,
        "critical answered": sum(each.is_fine for each in critical) / max(1, len(critical)),
        "p99 normal ms": normal_p99,
        "p99 of the answered ms": busy_p99,
        "p99 times normal": busy_p99 / normal_p99,
        "longest refusal ms": max((each.took_s * 1000 for each in busy if not each.is_fine), default=0.0),
        "back to normal after s": _recovered_s(slow),
        "slow half seconds later": sum(half > _recovered_s(slow) for half in slow),
        "slow half seconds before": len(_slow_halves(calm, normal_p99)),
        "memory grown MiB": grown,
    }


async def _closed(web: WebTraffic, draw: Callable[[], str]) -> float:
    """Requests a second of clients that wait for each answer."""
    until, done = perf_counter() + _CALM_S, count()

    async def client() -> None:
        while perf_counter() < until:
            with suppress(UnexpectedPage):
                await web.send(draw())
                next(done)

    await asyncio.gather(*(client() for _ in range(_CLIENTS)))
    return next(done) / _CALM_S


async def _open(
    web: WebTraffic, mix: Mapping[str, float], per_s: float, seconds: float, random: Random
) -> Sequence[Seen]:
    return (await drive(arrivals(mix, per_s=per_s, seconds=seconds, random=random), web.send)).seen


def _p99_ms(seen: Sequence[Seen]) -> float:
    return percentile([each.took_s * 1000 for each in seen if each.is_fine], 0.99)


def _slow_halves(seen: Sequence[Seen], normal_p99: float) -> list[float]:
    """The half seconds in which more than two requests were refused or took twice the normal 99th percentile: one now and then is normal."""
    bad = Counter(int(each.due_s * 2) for each in seen if not each.is_fine or each.took_s * 1000 > 2 * normal_p99)
    return sorted(half / 2 for half, times in bad.items() if times > _NOW_AND_THEN)


def _recovered_s(slow: Sequence[float]) -> float:
    """The end of the slow time that the overload left behind: the first second without a slow half ends it."""
    back = 0.0
    for half in slow:
        if half - back >= 1:
            break
        back = half + 0.5
    return back


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    seconds = float(arguments[0]) if arguments else 60.0
    storage = Storage[arguments[1].upper()] if len(arguments) > 1 else Storage.SQLITE
    mix = arguments[2] if len(arguments) > 2 else "visitors"
    kind = KINDS[arguments[3] if len(arguments) > 3 else "one"]
    for name, value in asyncio.run(run(seconds, storage, mix, kind, seed=7)).items():
        print(f"{name:>26}  {value:,.3f}" if value < 10 else f"{name:>26}  {value:,.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
