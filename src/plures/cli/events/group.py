"""`plures events`: the group of its commands."""

import click

from .looking import list_command, parked_command, show_command, status_command
from .mending import discard_command, forget_command, resubmit_command


@click.group("events")
def events_group() -> None:
    """See what capabilities publish, and mend what was not delivered."""


for command in (
    status_command,
    list_command,
    show_command,
    parked_command,
    resubmit_command,
    discard_command,
    forget_command,
):
    events_group.add_command(command)
