"""`plures sagas`: the group of its commands."""

import click

from .deciding import close_command, compensate_command, resume_command
from .looking import list_command, show_command, status_command


@click.group("sagas")
def sagas_group() -> None:
    """See what becomes of sagas, and decide about those that are parked."""


for command in (status_command, list_command, show_command, resume_command, compensate_command, close_command):
    sagas_group.add_command(command)
