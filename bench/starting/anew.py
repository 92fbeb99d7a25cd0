"""Runs the marketplace as processes of which each is started anew: `python -m bench.starting.anew TOPOLOGY DATA`."""

import asyncio
import sys
from pathlib import Path

from msgspec.structs import replace

from bench.processes import ROOT
from plures.application import assemble, load
from plures.deploy import SupervisorOptions
from plures.deploy.supervisor import supervise
from plures.topology import Address, check, make_plan, parse


def main() -> int:
    topology, data = sys.argv[1:]
    settings = parse(ROOT / "plures.toml")
    facts = assemble(load(settings.application, ROOT)).facts
    anywhere = Address("127.0.0.1", 0)
    settings = replace(settings, data=Path(data), public=anywhere, control=anywhere)
    plan = make_plan(check(settings.topology(topology), facts), facts)
    return asyncio.run(supervise(plan, settings, SupervisorOptions(preloaded=()), sys.stderr))


if __name__ == "__main__":
    sys.exit(main())
