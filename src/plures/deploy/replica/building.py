"""From what a supervisor says to the host of a replica, and the run of it in a process of its own."""

import asyncio
import io
import sys

from plures.application import Assembly, assemble, load
from plures.deploy.channel import Configure, arrived
from plures.deploy.preloading import Prepare
from plures.deploy.process_setup import log_to_stderr, new_event_loop
from plures.host import Host
from plures.logs import keep_logs, own_packages

from .main import replica_main

_assemblies: dict[str, Assembly] = {}
"""Import string → what was imported before this process was forked."""


def run(descriptor: int) -> int:
    """Be a replica until it ends; the exit status.

    Args:
        descriptor: Its end of the channel.
    """
    for stream in (sys.stdout, sys.stderr):
        # The supervisor reads UTF-8, whatever the terminal of its user speaks.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(replica_main(descriptor, build))


def build(configure: Configure) -> Host:
    """The host of the capabilities that the supervisor names."""
    sys.path[:] = map(arrived, configure.import_path)
    # In a line of text, the supervisor names the process.
    process = configure.name if configure.logs.format == "json" else ""
    assembly = _assemblies.get(configure.application)
    if assembly is None:
        log_to_stderr(configure.logs, process)
        own_packages(configure.application)
        assembly = assemble(load(configure.application))
    keep_logs(configure.logs, process)
    return Host(assembly, configure.placement)


def prepare(told: Prepare) -> None:
    """Import an application for the replicas that this process becomes. Raises whatever that raises."""
    sys.path[:] = map(arrived, told.import_path)
    log_to_stderr(told.logs)
    own_packages(told.application)
    assembly = _assemblies[told.application] = assemble(load(told.application))
    assembly.prepare()
