"""The program of one replica: `python -m plures.deploy.replica DESCRIPTOR`. Only a supervisor starts it."""

import asyncio
import sys
from pathlib import Path

from plures.application import assemble, load
from plures.deploy.channel import Configure
from plures.deploy.process_setup import log_to_stderr, new_event_loop
from plures.host import Host, Mode, Placement

from .main import replica_main


def main() -> int:
    log_to_stderr()
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(replica_main(int(sys.argv[1]), build))


def build(configure: Configure) -> Host:
    """The host of the capabilities that the supervisor names."""
    sys.path[:] = configure.import_path
    placement = Placement(
        capabilities=configure.capabilities,
        edge=configure.edge,
        data=Path(configure.data),
        mode=Mode(configure.mode),
        endpoints=configure.endpoints,
    )
    return Host(assemble(load(configure.application)), placement)


if __name__ == "__main__":
    sys.exit(main())
