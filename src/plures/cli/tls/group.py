"""`plures tls init`, `issue` and `show`."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plures.cli.console import json_option, mistakes_explained, print_json, say
from plures.cli.project import file_option, folder_of, open_project
from plures.errors import PluresError, Text

if TYPE_CHECKING:
    from plures.tls import Described
    from plures.topology import Settings

_authority_option = click.option(
    "--authority", type=click.Path(path_type=Path), help="Folder of the authority. Default: as plures.toml says."
)


@dataclass(eq=False)
class AuthorityElsewhere(PluresError):
    """The certificates come from files that another authority writes."""

    code = "cli.authority_elsewhere"
    wording = Text(
        "This deployment has no authority of its own",
        why="[tls] in {file} names files that another authority writes",
        fix="Ask that authority, or name a folder with --authority.",
    )

    file: str


@dataclass(eq=False)
class TlsNotWritten(PluresError):
    """A file of keys or certificates cannot be written."""

    code = "cli.tls_not_written"
    wording = Text("Cannot write {path}", why="{reason}", fix="Make room, or name a folder that you may write to.")

    path: str
    reason: str


@click.group("tls", short_help="Make certificates for TLS between machines.")
def tls_group() -> None:
    """Make the authority of a deployment, and certificates for its machines."""


@tls_group.command("init", short_help="Make the authority of this deployment.")
@_authority_option
@click.option("--replace", is_flag=True, help="Make a new one where there is one; the earlier ones stay trusted.")
@file_option
@json_option
def init_command(authority: Path | None, file: Path, *, replace: bool, as_json: bool) -> None:
    """Make the authority that issues the certificates of this deployment.

    Its folder belongs on each machine of the deployment, and nowhere else: the key in it makes any process of the application.
    """
    with mistakes_explained(as_json=as_json):
        from plures.tls import make_authority

        folder, name = _folder(authority, file), open_project(file).assembly.name
        with _writing():
            made = make_authority(folder, name, replace=replace)
        if not as_json:
            say(("made", "green"), f" {folder}")
        _print(made, as_json=as_json)


@tls_group.command("issue", short_help="Write certificate and key of a process on another machine.")
@click.argument("process")
@click.option("--host", "hosts", multiple=True, help="Host name or address of its control listener; may be repeated.")
@click.option("--hours", type=click.FloatRange(0.1, 8760), default=24.0, show_default=True, help="How long it is good.")
@click.option("--to", type=click.Path(path_type=Path), required=True, help="Folder for tls.crt, tls.key and ca.crt.")
@_authority_option
@file_option
@json_option
def issue_command(
    process: str,
    *,
    hosts: tuple[str, ...],
    hours: float,
    to: Path,
    authority: Path | None,
    file: Path,
    as_json: bool,
) -> None:
    """Write the files of a process on a machine that does not have the authority.

    \b
    Its plures.toml names them, and reads them again when they change:
        [tls]
        certificate = "tls/tls.crt"
        key = "tls/tls.key"
        trust = "tls/ca.crt"
    """  # noqa: D301 - click reads the \b
    with mistakes_explained(as_json=as_json):
        from plures.tls import issue, spiffe_name

        name = spiffe_name(open_project(file).assembly.name, process)
        folder = _folder(authority, file)
        with _writing():
            made = issue(folder, name, hosts, hours, to)
        if not as_json:
            say(("wrote", "green"), f" {to / 'tls.crt'}, {to / 'tls.key'} and {to / 'ca.crt'}")
        _print(made, as_json=as_json)


@tls_group.command("show", short_help="Show whose certificates are, and until when.")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@file_option
@json_option
def show_command(path: Path | None, file: Path, *, as_json: bool) -> None:
    """Show the certificates in a file, or whom this deployment trusts. It never shows a key."""
    with mistakes_explained(as_json=as_json):
        from plures.tls import describe

        _print(describe(path or _trusted(file)), as_json=as_json)


def _settings(file: Path) -> "Settings":
    from plures.topology import parse

    folder_of(file)
    return parse(file)


def _folder(authority: Path | None, file: Path) -> Path:
    if authority is not None:
        return authority
    settings = _settings(file)
    if settings.tls is None:
        return settings.data / "tls"
    if settings.tls.authority is None:
        raise AuthorityElsewhere(settings.source)
    return settings.tls.authority


def _trusted(file: Path) -> Path:
    from plures.topology import TRUSTED

    settings = _settings(file)
    return settings.data / "tls" / TRUSTED if settings.tls is None else settings.tls.trusted


def _print(certificates: "Sequence[Described]", *, as_json: bool) -> None:
    if as_json:
        print_json([asdict(each) for each in certificates], pretty=False)
        return
    for each in certificates:
        say(f"{each.kind} {each.name}")
        if each.hosts:
            say(("  hosts        ", "dim"), ", ".join(each.hosts))
        say(("  issued by    ", "dim"), each.issuer)
        say(("  good         ", "dim"), f"from {each.since} until {each.until}")
        say(("  fingerprint  ", "dim"), each.fingerprint)


@contextmanager
def _writing() -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise TlsNotWritten(str(error.filename or "the file"), error.strerror or str(error)) from None
