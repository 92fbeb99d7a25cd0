"""`plures trace`: the group of its commands."""

import click

from .comparing import compare_command
from .listing import list_command
from .show import show_command


@click.group("trace")
def trace_group() -> None:
    """See what became of a request: its calls, where, how long."""


for command in (list_command, show_command, compare_command):
    trace_group.add_command(command)
