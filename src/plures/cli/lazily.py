"""Groups of commands that are imported when they are asked for, so that each command pays for itself alone."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """A group whose commands are imported when they are run, or listed.

    Args:
        lazy: Name of each command, in the order of the list → where it is: `package.module:attribute`.
    """

    def __init__(self, *args: Any, lazy: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """The names of all commands."""
        return [*self.commands, *self._lazy]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None where there is none."""
        place = self._lazy.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = place.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


def commands_of(group: click.Group) -> dict[str, click.Command]:
    """All commands of a group, by name, in the order in which it has them."""
    context = click.Context(group)
    names = group.list_commands(context) if isinstance(group, LazyGroup) else group.commands
    found = {name: group.get_command(context, name) for name in names}
    return {name: command for name, command in found.items() if command is not None}
