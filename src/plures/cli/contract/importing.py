"""The command `plures contract import`."""

from collections.abc import Sequence
from pathlib import Path

import click

from plures.cli.console import json_option, mistakes_explained, print_json, say
from plures.cli.project import file_option
from plures.imports import Imported, Wanted, import_file

from .errors import NotImported
from .files import write_file
from .locks import FOLDER

_MOST_PLACES = 3


@click.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="The module to write. Default: print it.")
@click.option(
    "--service",
    default="",
    help="The one that is meant, where a .proto file has several; else what the class is called.",
)
@click.option(
    "--name", default="", metavar="NAME", help="Of the contract, as shop.search.v1. Default: what the file says."
)
@click.option(
    "--owner", default="", help="The team that owns it. Default: what the file says, else how its name begins."
)
@click.option(
    "--path",
    "roots",
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder that imports of a .proto file start from; may be given several times.",
)
@click.option("--force", is_flag=True, help="Write over files that exist.")
@click.option("--all", "everything", is_flag=True, help="Show each place that the contract does not say.")
@json_option
@file_option
def import_command(
    source: Path,
    *,
    to: Path | None,
    service: str,
    name: str,
    owner: str,
    roots: Sequence[Path],
    force: bool,
    everything: bool,
    as_json: bool,
    file: Path,
) -> None:
    """Write the contract that a file of others declares, as a module, and say what it cannot say.

    SOURCE is a .proto file, or an OpenAPI document in JSON or YAML. With --to, the numbers that a .proto file gives to fields are
    written into contracts/ as well.
    """
    with mistakes_explained(as_json=as_json):
        imported = import_file(source, Wanted(name, owner, service), roots)
        written = [] if to is None else _write(imported, to, file.absolute().parent / FOLDER, force=force)
    if as_json:
        unsaid = [{"rule": v.code, "where": v.where, "what": v.what, "fix": v.fix} for v in imported.unsaid]
        files = [str(each) for each in written]
        print_json(
            {"contract": imported.contract.name, "files": files, "module": imported.module, "unsaid": unsaid},
            pretty=False,
        )
        return
    if to is None:
        click.echo(imported.module, nl=False)
    for path in written:
        say((f"{'written':<10}", "green"), str(path), err=True)
    _tell(imported, source, everything=everything)


def _write(imported: Imported, to: Path, folder: Path, *, force: bool) -> list[Path]:
    files = {to: imported.module}
    if imported.lock:
        files[folder / f"{imported.contract.name}.toml"] = imported.lock
    there = [path for path, text in files.items() if path.exists() and not force and not _holds(path, text)]
    if there:
        raise NotImported(", ".join(str(_shown(each)) for each in there))
    for path, text in files.items():
        write_file(path, text)
    return [_shown(each) for each in files]


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_absolute() and path.is_relative_to(Path.cwd()) else path


def _tell(imported: Imported, source: Path, *, everything: bool) -> None:
    """What the contract does not say, each thing once with its places."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for each in imported.unsaid:
        found.setdefault((each.code, each.what, each.fix), []).append(each.where)
    if found:
        say(f"{imported.contract.name} does not say all of {source}:", err=True)
    for (code, what, fix), places in found.items():
        shown = places if everything else places[:_MOST_PLACES]
        more = len(places) - len(shown)
        say(("  - ", "yellow"), what, (f"  [{code}]", "dim"), err=True)
        say(("    where: ", "dim"), "; ".join(shown) + (f" and {more} more" if more else ""), err=True)
        say(("    instead: ", "green"), fix, err=True)
