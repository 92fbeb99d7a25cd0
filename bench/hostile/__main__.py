"""Send hostile requests to a shop, and say what became of it: ``python -m bench.hostile [--requests N] [--seed S] [--only N]``."""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence

from bench.hostile.campaign import Found, campaign, told
from bench.hostile.crowd import Kind, crowd
from bench.hostile.sending import Patience
from bench.hostile.shop import RunningShop, running_shop

# A head may take 30 s, and a listener looks at its connections each 5 s; one that never asks is kept for up to 120 s.
_DOCUMENTED = Patience(answer_s=6.0, end_s=140.0)
_SHOWN = 20
_HONEST, _ORDERS = 200, 3


def main(arguments: Sequence[str]) -> int:
    """Run and print; 1 where something was found."""
    parser = argparse.ArgumentParser("python -m bench.hostile", description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="makes the same requests again")
    parser.add_argument("--only", type=int, help="the number of one attempt of the seed, to send it alone")
    parser.add_argument(
        "--crowd", type=int, metavar="N", help="no requests: N connections that are idle or slow, of each kind"
    )
    parsed = parser.parse_args(arguments)
    if parsed.crowd:
        return _crowds(parsed.crowd)
    numbers = range(parsed.requests) if parsed.only is None else [parsed.only]
    print(f"seed {parsed.seed}")
    with running_shop() as shop:
        found = asyncio.run(campaign(shop, parsed.seed, numbers, _DOCUMENTED, say=print))
    return _tell(found, parsed.seed)


def _crowds(connections: int) -> int:
    """Each kind at each listener, in a shop of its own."""
    fails = False
    print(f"{connections:,} connections, each of which would:")
    for is_public in (True, False):
        for kind in Kind:
            with running_shop() as shop:
                asyncio.run(_warm(shop))
                seen = asyncio.run(crowd(shop, kind, connections, is_public=is_public, requests=_HONEST))
                tracebacks = len(shop.tracebacks)
            where = "public" if is_public else "control"
            print(
                f"{where:>8}  {kind.value:<30} {seen.each_kib:5.1f} KiB each; honest requests: "
                f"{seen.during.failed} failed, {seen.before.median_ms:.1f} → {seen.during.median_ms:.1f} ms; {tracebacks} tracebacks"
            )
            fails = fails or seen.during.failed > 0 or tracebacks > 0
    return int(fails)


async def _warm(shop: RunningShop) -> None:
    for _ in range(_ORDERS):
        await shop.order()


def _tell(found: Found, seed: int) -> int:
    for end, count in found.ends.most_common():
        print(f"{count:>8,}  {end.value}")
    print("  ".join(f"{status}: {count:,}" for status, count in sorted(found.statuses.items())))
    for why, one in found.findings[:_SHOWN]:
        print(told(why, one, seed))
    for line in found.wrong[:_SHOWN]:
        print(line)
    for line in found.standstills[:_SHOWN]:
        print(line)
    print(f"{len(found.findings)} findings, {len(found.wrong)} things wrong, memory {found.grown_mib:+.1f} MiB")
    print(f"an honest customer had to come back {found.came_back} times")
    return 1 if found.findings or found.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
