"""`plures`: the group of all commands.

A command is imported when it is asked for, and imports what it works with when it runs, so that `plures --version` answers at once.
"""

from typing import Final

import click

from .lazily import LazyGroup

_COMMANDS: Final = {
    "run": "plures.cli.run:run_command",
    "build": "plures.cli.build:build_command",
    "ps": "plures.cli.operating.showing:ps_command",
    "restart": "plures.cli.operating.restarting:restart_command",
    "rollout": "plures.cli.operating.restarting:rollout_command",
    "apply": "plures.cli.operating.applying:apply_command",
    "stop": "plures.cli.operating.stopping:stop_command",
    "call": "plures.cli.call:call_command",
    "token": "plures.cli.access:token_command",
    "trace": "plures.cli.telemetry.traces:trace_group",
    "logs": "plures.cli.telemetry.logs:logs_command",
    "top": "plures.cli.telemetry.top:top_command",
    "contract": "plures.cli.contract:contract_group",
    "topology": "plures.cli.topology:topology_group",
    "data": "plures.cli.data:data_group",
    "events": "plures.cli.events:events_group",
    "sagas": "plures.cli.sagas:sagas_group",
    "tls": "plures.cli.tls:tls_group",
    "load": "plures.cli.load:load_command",
    "scale": "plures.cli.scale:scale_group",
    "deploy": "plures.cli.deploy:deploy_group",
    "new": "plures.cli.new:new_command",
    "adopt": "plures.cli.adopt:adopt_command",
    "map": "plures.cli.codebase:map_command",
    "advise": "plures.cli.codebase:advise_command",
}


@click.group(
    cls=LazyGroup, lazy=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="plures", prog_name="plures")
def main() -> None:
    """Run one well-structured application, and any part of it as a service where that pays.

    \b
    Exit status: 0 all is well · 1 a call failed · 2 a mistake in what was given · 130 interrupted
    """  # noqa: D301 - click reads the \b
