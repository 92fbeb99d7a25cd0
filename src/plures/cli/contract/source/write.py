"""The command `plures contract write`."""

from pathlib import Path

import click

from plures.cli.console import mistakes_explained, say
from plures.cli.contract.named import version_of
from plures.cli.project import file_option, open_project

from .freezing import freeze
from .module import source_of


@click.command("write")
@click.argument("capability")
@click.option("--to", type=click.Path(path_type=Path), help="The file. Default: contract.py beside the wrapped class.")
@click.option("--force", is_flag=True, help="Write over a file that exists.")
@file_option
def write_command(capability: str, to: Path | None, *, force: bool, file: Path) -> None:
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
