"""The group of the commands about contracts."""

from typing import Final

import click

from plures.cli.lazily import LazyGroup

_HERE: Final = "plures.cli.contract"
_COMMANDS: Final = {
    "check": f"{_HERE}.check:check_command",
    "docs": f"{_HERE}.docs:docs_command",
    "export": f"{_HERE}.export:export_command",
    "import": f"{_HERE}.importing:import_command",
    "lock": f"{_HERE}.lock:lock_command",
    "owners": f"{_HERE}.owners:owners_command",
    "show": f"{_HERE}.source:show_command",
    "test": f"{_HERE}.testing:test_command",
    "usage": f"{_HERE}.usage:usage_command",
    "write": f"{_HERE}.source:write_command",
}


@click.group("contract", cls=LazyGroup, lazy=_COMMANDS, short_help="Show, lock, test, import, export, check contracts.")
def contract_group() -> None:
    """Show, lock, test, import and export contracts; find changes that break callers."""
