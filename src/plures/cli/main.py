"""`plures`: the group of all commands.

A command imports what it works with when it runs, so that `plures --help` and `plures --version` answer at once.
"""

import click

from .access import token_command
from .adopt import adopt_command
from .advise import advise_command
from .call import call_command
from .contract import contract_group
from .data import data_group
from .events import events_group
from .isolate import isolate_command
from .map import map_command
from .new import new_command
from .run import run_command
from .sagas import sagas_group
from .tls import tls_group
from .topology import topology_group


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="plures", prog_name="plures")
def main() -> None:
    """Run one well-structured application, and any part of it as a service where that pays.

    \b
    Exit status: 0 all is well · 1 a call failed · 2 a mistake in what was given · 130 interrupted
    """  # noqa: D301 - click reads the \b


main.add_command(run_command)
main.add_command(call_command)
main.add_command(token_command)
main.add_command(contract_group)
main.add_command(topology_group)
topology_group.add_command(isolate_command)
main.add_command(data_group)
main.add_command(events_group)
main.add_command(sagas_group)
main.add_command(tls_group)
main.add_command(new_command)
main.add_command(adopt_command)
main.add_command(map_command)
main.add_command(advise_command)
