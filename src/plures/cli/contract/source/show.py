"""The command `plures contract show`."""

import inspect
from pathlib import Path

import click

from plures.cli.console import json_option, mistakes_explained, print_json
from plures.cli.contract.named import chosen_of
from plures.cli.project import file_option, open_project

from .module import source_of


@click.command("show")
@click.argument("capabilities", metavar="[CAPABILITY]...", nargs=-1)
@json_option
@file_option
def show_command(capabilities: tuple[str, ...], *, as_json: bool, file: Path) -> None:
    """Print contracts as Python source, written ones and derived ones. Default: all of them."""
    with mistakes_explained(as_json=as_json):
        project = open_project(file)
        chosen = chosen_of(project, capabilities)
        sources = {name: source_of(each.contract) for name, each in chosen.items()}
    if as_json:
        contracts = [
            {
                "capability": chosen[name].contract.capability,
                "contract": name,
                "derived": each.derived,
                "source": each.text,
            }
            for name, each in sources.items()
        ]
        print_json({"contracts": contracts}, pretty=False)
        return
    for number, (name, each) in enumerate(sources.items()):
        python = chosen[name].contract.python
        origin = "derived from" if each.derived else "written as"
        click.echo(("\n\n" if number else "") + f"# {name}, {origin} {_place(python)}")
        click.echo(each.text, nl=False)


def _place(python: type) -> str:
    module = inspect.getmodule(python)
    return f"{python.__module__}.{python.__qualname__}" if module else python.__qualname__
