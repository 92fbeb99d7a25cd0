"""The program of one replica: `python -m plures.deploy.replica DESCRIPTOR`. Only a supervisor starts it."""

import asyncio
import io
import sys

from plures.application import assemble, load
from plures.deploy.channel import Configure, arrived
from plures.deploy.process_setup import log_to_stderr, new_event_loop
from plures.host import Host
from plures.logs import keep_logs, own_packages

from .main import replica_main


def main() -> int:
    for stream in (sys.stdout, sys.stderr):
        # The supervisor reads UTF-8, whatever the terminal of its user speaks.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(replica_main(int(sys.argv[1]), build))


def build(configure: Configure) -> Host:
    """The host of the capabilities that the supervisor names."""
    sys.path[:] = map(arrived, configure.import_path)
    # In a line of text, the supervisor names the process.
    process = configure.name if configure.logs.format == "json" else ""
    log_to_stderr(configure.logs, process)
    own_packages(configure.application)
    assembly = assemble(load(configure.application))
    keep_logs(configure.logs, process)
    return Host(assembly, configure.placement)


if __name__ == "__main__":
    sys.exit(main())
