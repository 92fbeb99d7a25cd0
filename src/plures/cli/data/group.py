"""`plures data`: the group of its commands."""

import click

from .adoption import adopt_command
from .backup import backup_command
from .check import check_command
from .migrate import migrate_command
from .move import move_command
from .prepare import prepare_command
from .restore import restore_command
from .status import status_command


@click.group("data")
def data_group() -> None:
    """Look after the databases of an application."""


data_group.add_command(status_command)
data_group.add_command(migrate_command)
data_group.add_command(check_command)
data_group.add_command(backup_command)
data_group.add_command(prepare_command)
data_group.add_command(restore_command)
data_group.add_command(move_command)
data_group.add_command(adopt_command)
