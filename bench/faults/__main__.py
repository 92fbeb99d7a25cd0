"""Measure and print."""

import logging
import sys

import uvloop

from bench.faults.dead_leaf import requests_per_hop
from bench.faults.hanging import waits


async def main(seconds: float) -> None:
    # Each failed call says so; here they are counted.
    logging.disable(logging.CRITICAL)
    print(f"a dead leaf after twelve hops: {await requests_per_hop(seconds):.3f} requests for each call and hop")
    print("one of two replicas hangs:")
    for name, value in (await waits(seconds)).items():
        print(f"{name:>36}  {value:,.2f}")


if __name__ == "__main__":
    uvloop.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0))
