"""`plures data`: the group of its commands."""

import click

from .backup import backup_command
from .restore import restore_command


@click.group("data")
def data_group() -> None:
    """Back up, restore and move the databases of an application."""


data_group.add_command(backup_command)
data_group.add_command(restore_command)
