"""A program that supervises stand-in replicas until it is told to stop; the first argument is its data folder."""

import asyncio
import shlex
import sys
from pathlib import Path

from plures.deploy import SupervisorOptions
from plures.deploy.supervisor.local_processes import supervise
from plures.topology import Address, Plan, Replicas, ResolvedProcess, Settings

HERE = Path(__file__).parent
ANY_FREE_PORT = Address("127.0.0.1", 0)
SHOP = ResolvedProcess("shop", ("shop",), Replicas(2, 2), True, False, None, None, {})
TAX = ResolvedProcess(
    "tax", ("tax",), Replicas(), False, False, None, shlex.join([sys.executable, "-S", str(HERE / "foreign.py")]), {}
)

if __name__ == "__main__":
    plan = Plan(
        {"tax": TAX, "shop": SHOP},
        {"tax": frozenset(), "shop": frozenset({"tax"})},
        (frozenset({"tax"}), frozenset({"shop"})),
    )
    settings = Settings("{}", Path(sys.argv[1]), ANY_FREE_PORT, ANY_FREE_PORT, {})
    options = SupervisorOptions(replica=(sys.executable, str(HERE / "stand_in_replica.py")))
    sys.exit(asyncio.run(supervise(plan, settings, options, sys.stdout)))
