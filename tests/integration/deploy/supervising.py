"""A program that supervises stand-in replicas until it is told to stop; the first argument is its data folder."""

import asyncio
import shlex
import sys
from pathlib import Path

from plures.deploy.plan import Plan
from plures.deploy.serving.sockets import ListenAddress
from plures.deploy.supervisor.addresses import ListenAddresses
from plures.deploy.supervisor.local_processes import supervise
from plures.deploy.supervisor.supervisor import SupervisorOptions, Work
from plures.topology import Replicas, ResolvedProcess

HERE = Path(__file__).parent
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
    options = SupervisorOptions(
        addresses=ListenAddresses(public=ListenAddress(port=0), control_port=0),
        replica=(sys.executable, str(HERE / "stand_in_replica.py")),
    )
    sys.exit(asyncio.run(supervise(plan, Work("{}", Path(sys.argv[1])), options, sys.stdout)))
