"""The commands: `plures contract show` and `plures contract write`."""

import inspect
from pathlib import Path

import click

from plures.cli.console import json_option, mistakes_explained, print_json, say
from plures.cli.project import file_option, open_project

from .check import check_command
from .docs import docs_command
from .export import export_command
from .importing import import_command
from .lock import lock_command
from .named import chosen_of, version_of
from .owners import owners_command
from .source import freeze, source_of
from .testing import test_command
from .usage import usage_command


@click.group("contract", short_help="Show, lock, test, import, export, check contracts.")
def contract_group() -> None:
    """Show, lock, test, import and export contracts; find changes that break callers."""


contract_group.add_command(check_command)
contract_group.add_command(docs_command)
contract_group.add_command(export_command)
contract_group.add_command(import_command)
contract_group.add_command(lock_command)
contract_group.add_command(owners_command)
contract_group.add_command(test_command)
contract_group.add_command(usage_command)


@contract_group.command("show")
@click.argument("capabilities", metavar="[CAPABILITY]...", nargs=-1)
@json_option
@file_option
def show(capabilities: tuple[str, ...], *, as_json: bool, file: Path) -> None:
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


@contract_group.command("write")
@click.argument("capability")
@click.option("--to", type=click.Path(path_type=Path), help="The file. Default: contract.py beside the wrapped class.")
@click.option("--force", is_flag=True, help="Write over a file that exists.")
@file_option
def write(capability: str, to: Path | None, *, force: bool, file: Path) -> None:
    """Write the contract that Capability.wrap derived as a module, and say how to use it."""
    with mistakes_explained():
        project = open_project(file)
        assembled = version_of(project, capability)
        source = source_of(assembled.contract)
        frozen = freeze(assembled.contract, source, to, folder=file.absolute().parent, force=force)
    service, name = assembled.contract.python.__name__, source.name
    implementation = getattr(assembled.implementation, "__name__", service)
    imported = f"from {frozen.module or '…'} import {name}"
    if name in (service, implementation):
        name = f"{name}Contract"
        imported += f" as {name}"
    say(("written", "green"), f"  {frozen.shown}")
    say(
        f"Where {project.settings.application.partition(':')[0]} or a module of it has Capability.wrap({service}, …), write from now on:"
    )
    say(f"  {imported}")
    say(f"  Capability({name}, {implementation}, …)")
    say(
        f"Keep `migrations` and `shared_tables`; all else that Capability.wrap took is in the file. "
        f"Code that asks for {service} (constructors, clients=, plures.client) asks for {name} then."
    )


def _place(python: type) -> str:
    module = inspect.getmodule(python)
    return f"{python.__module__}.{python.__qualname__}" if module else python.__qualname__
