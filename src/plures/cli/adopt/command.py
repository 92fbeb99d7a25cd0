"""The command `plures adopt`: a patch for one application, or a first plures.toml for many services."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plures.cli.codebase import needing_the_advisor, progress
from plures.cli.console import json_option, mistakes_explained, print_json, say
from plures.cli.rescue import write_topology

from .report import as_data, tell

if TYPE_CHECKING:
    from plures.adoption import Adoption


@click.command("adopt", short_help="Take the first capability out of an application that exists.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--candidate", metavar="NAME", help="The class or module to take out. Default: the best one.")
@click.option("--edge", metavar="PLACE", help="The web application, as your server names it: shop.web:app.")
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    help="Write the patch to this file; - is standard output. With --rescue: plures.toml.",
)
@click.option("--apply", "is_applied", is_flag=True, help="Change the files, if git has no uncommitted changes there.")
@json_option
@click.option("--rescue", is_flag=True, help="Write a first plures.toml for existing ASGI services, unchanged.")
def adopt_command(
    *,
    paths: tuple[Path, ...],
    candidate: str | None,
    edge: str | None,
    output: str | None,
    is_applied: bool,
    as_json: bool,
    rescue: bool,
) -> None:
    """Mount the application at PATH, and take its first capability out, as a patch to review.

    \b
    plures adopt .                           say which one, who calls it, and what is left to you
    plures adopt . -o adopt.patch            write the patch for git apply
    plures adopt . --candidate shop.mailing  another one
    plures adopt --rescue .                  the services of a Compose file
    plures adopt --rescue orders stock       the services in these folders

    It reads code, and runs none of it. Nothing is changed without --apply.
    """  # noqa: D301 - click reads the \b
    if rescue:
        if candidate or edge or is_applied or as_json:
            raise click.UsageError("--rescue writes a plures.toml; of the other options it takes --output alone.")
        for folder in paths:
            if not folder.is_dir():
                raise click.BadParameter(f"{folder} is no folder.", param_hint="PATH")
        with mistakes_explained():
            write_topology(paths or (Path(),), output or "plures.toml")
        return
    if len(paths) > 1:
        raise click.UsageError("Name one folder; --rescue takes several.")
    _check_output(output, is_applied=is_applied, as_json=as_json)
    with needing_the_advisor("json" if as_json else "terminal"):
        from plures.adoption import adopt

        with progress() as told:
            found = adopt(paths[0] if paths else Path(), told, edge=edge, candidate=candidate)
        if is_applied:
            found.apply()
    _deliver(found, paths[0] if paths else Path(), output, is_applied=is_applied, as_json=as_json)


def _check_output(output: str | None, *, is_applied: bool, as_json: bool) -> None:
    if output == "-" and as_json:
        raise click.UsageError("--json has the patch in it. Leave out --output -.")
    if output is None or output == "-":
        return
    if is_applied:
        raise click.UsageError("--apply changes the files; --output writes the patch. Take one of them.")
    place = Path(output)
    if place.is_dir() or not place.absolute().parent.is_dir():
        raise click.BadParameter(f"{output} cannot be a file there.", param_hint="--output")


def _deliver(found: "Adoption", path: Path, output: str | None, *, is_applied: bool, as_json: bool) -> None:
    if output == "-":
        sys.stdout.buffer.write(found.patch)
    elif output is not None:
        try:
            Path(output).write_bytes(found.patch)
        except OSError as failed:
            raise click.FileError(output, failed.strerror or "cannot be written") from None
    if as_json:
        print_json(as_data(found), pretty=False)
        return
    tell(found, err=output == "-")
    new, changed = found.lines
    files = f"{len(found.changes)} file{'s' if len(found.changes) != 1 else ''}, {new} new and {changed} changed lines"
    if is_applied:
        say("\n", ("applied", "green"), f"  {files}", err=False)
    elif output is not None:
        say("\n", ("wrote", "green"), f"  {output}: {files}", err=True)
    else:
        say(f"\nA patch of {files} is ready:", err=False)
        say(f"  plures adopt {path} -o adopt.patch && git apply adopt.patch")
    sys.stdout.flush()
