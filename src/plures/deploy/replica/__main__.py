"""The program of one replica: `python -m plures.deploy.replica DESCRIPTOR`. Only a supervisor starts it."""

import asyncio
import sys

from plures.application import assemble, load
from plures.deploy.channel import Configure, arrived
from plures.deploy.process_setup import log_to_stderr, new_event_loop
from plures.host import Host

from .main import replica_main


def main() -> int:
    log_to_stderr()
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(replica_main(int(sys.argv[1]), build))


def build(configure: Configure) -> Host:
    """The host of the capabilities that the supervisor names."""
    sys.path[:] = map(arrived, configure.import_path)
    return Host(assemble(load(configure.application)), configure.placement)


if __name__ == "__main__":
    sys.exit(main())
