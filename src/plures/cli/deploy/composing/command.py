"""The command `plures deploy compose`."""

import difflib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from plures.cli.console import FAILED, json_option, mistakes_explained, print_json, say
from plures.cli.deploy.rendering import groups_of, out_option, registry_option
from plures.cli.project import file_option, open_project

if TYPE_CHECKING:
    from plures.targets import Written

_ADDRESS: Final = re.compile(r"(?:(?:[0-9.]+|\[[0-9a-fA-F:]+\]):)?([0-9]{1,5})")
_PORTS: Final = 65_535


def _published(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    found = _ADDRESS.fullmatch(text)
    if found is None or not 0 < int(found[1]) <= _PORTS:
        raise click.BadParameter(f"{text!r} is no address with a port, such as 127.0.0.1:8000 or 8000.")
    return text


@click.command("compose", short_help="Render a Compose file.")
@click.argument("topology", required=False)
@out_option("deploy/compose", "Folder of the file, which belongs into git.")
@registry_option
@click.option("--tag", default="", metavar="TAG", help="Of the images. Default: ${TAG}, set when it is started.")
@click.option(
    "--publish",
    default="127.0.0.1:8000",
    show_default=True,
    callback=_published,
    metavar="ADDRESS:PORT",
    help="Where the machine answers visitors. A port alone means all its addresses.",
)
@click.option(
    "--images",
    "layout",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Layout that `plures build` wrote: look whether each image has what its process hosts.",
)
@click.option(
    "--diff",
    "is_compared",
    is_flag=True,
    help="Write nothing: tell what would change in the folder, and which secrets are missing there.",
)
@click.option("--overwrite", is_flag=True, help="Replace a rendered file that was changed since.")
@json_option
@file_option
def compose_command(
    topology: str | None,
    *,
    out: Path,
    registry: str,
    tag: str,
    publish: str,
    layout: Path | None,
    is_compared: bool,
    overwrite: bool,
    as_json: bool,
    file: Path,
) -> None:
    """Render a topology as a file for Compose: a service for each process. Nothing is started.

    \b
    plures deploy compose split --registry registry.example
    docker compose --project-directory deploy/compose up --detach --wait

    Exit status 1: with --diff, something differs.
    """  # noqa: D301 - click reads the \b
    differs = ""
    written = None
    with mistakes_explained(as_json=as_json):
        from plures.cli.deploy.kubernetes import images_of
        from plures.targets import compose, workloads_of, write

        project = open_project(file)
        assembly = project.assembly
        workloads = workloads_of(project.topology(topology), project.settings, assembly.facts, assembly.name)
        if layout is not None:
            images_of(workloads, layout, registry, tag or None)
        files = compose.compose_files(workloads, compose.ComposeOptions(registry.rstrip("/"), tag, publish))
        own = [path for path in files if path != compose.FILE]
        if is_compared:
            differs = "".join(_difference(out, files, own))
            compose.check_secrets(workloads, out, os.environ)
        else:
            written = write(out, "compose", files, for_people=own, overwrite=overwrite)
    if written is not None:
        _tell(out, written, as_json=as_json)
        return
    if as_json:
        print_json({"folder": str(out), "diff": differs}, pretty=False)
    else:
        click.echo(differs or f"nothing differs in {out}\n", nl=False)
    sys.exit(FAILED if differs else 0)


def _difference(folder: Path, files: Mapping[str, str], own: list[str]) -> Iterator[str]:
    from plures.targets import headed

    for path, text in files.items():
        file = folder / path
        there = file.read_text(encoding="utf-8") if file.is_file() else ""
        wanted = there if path in own and there else text if path in own else headed("compose", text)
        yield from difflib.unified_diff(
            there.splitlines(keepends=True), wanted.splitlines(keepends=True), str(file), f"{file} as rendered"
        )


def _tell(folder: Path, written: "Written", *, as_json: bool) -> None:
    groups = groups_of(written)
    if as_json:
        print_json({"folder": str(folder), **groups}, pretty=False)
        return
    for word, paths in groups.items():
        for path in paths:
            say((f"{word:9}", "green" if word == "new" else "yellow"), f" {folder / path}")
