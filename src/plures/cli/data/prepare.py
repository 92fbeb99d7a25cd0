"""`plures data prepare`."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from plures.cli.console import json_option, mistakes_explained, print_json, say
from plures.cli.project import Project, file_option, open_project
from plures.errors import PluresError, Text, did_you_mean

if TYPE_CHECKING:
    from plures.topology import DatabaseServer


@dataclass(eq=False)
class NothingToPrepare(PluresError):
    """No capability uses the database, or none is named and there are several."""

    code = "cli.nothing_to_prepare"
    wording = Text("There is no database to prepare", why="{reason}", fix="{remedy}")

    reason: str
    remedy: str


@dataclass(eq=False)
class RolesOfOthers(PluresError):
    """The URL of the database names a role, so each capability would use that one."""

    code = "cli.roles_of_others"
    wording = Text(
        "Cannot prepare database {database!r}",
        why="its URL names a role, which its capabilities would use instead of the prepared ones",
        fix="Leave user and password out of the URL that [databases.{database}] refers to.",
    )

    database: str


@dataclass(eq=False)
class NoAdministrator(PluresError):
    """The variable that should hold the administrator's URL is not set."""

    code = "cli.no_administrator"
    wording = Text(
        "There is no administrator's URL",
        why="variable {name} of the environment is not set",
        fix="Set it to postgresql://ADMINISTRATOR:PASSWORD@HOST/DATABASE, and name it with --admin-url-from.",
    )

    name: str


@dataclass(frozen=True)
class PreparedCapability:
    """What there is now for one capability.

    Attributes:
        password_file: The file with the password of the role.
        is_new: Whether the password is new.
    """

    capability: str
    schema: str
    role: str
    password_file: str
    is_new: bool


@click.command("prepare", short_help="Make a schema and a role for each capability on a server.")
@click.argument("database", required=False)
@click.option(
    "--admin-url-from",
    "variable",
    metavar="NAME",
    required=True,
    help="The variable of the environment that holds an administrator's URL of the same database.",
)
@click.option(
    "--capability",
    "-c",
    "wanted",
    metavar="NAME",
    multiple=True,
    help="Prepare for this capability alone, also one that plures.toml has elsewhere: its data is to be moved. May be given again.",
)
@click.option("--rotate", is_flag=True, help="Give each role a new password. Start the application again afterwards.")
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the embedded databases. Default: .plures")
@json_option
@file_option
def prepare_command(
    database: str | None,
    variable: str,
    wanted: tuple[str, ...],
    data: Path | None,
    file: Path,
    *,
    rotate: bool,
    as_json: bool,
) -> None:
    """Make a schema and a role for each capability on a server, so that the server refuses what belongs to others.

    What is there stays as it is. The password of each role goes into a file of its own that only this user can read.
    """
    with mistakes_explained(as_json=as_json):
        project = open_project(file)
        server, capabilities = _chosen(project, database, wanted)
        prepared = _prepare(project, server, capabilities, variable, data or project.settings.data, rotate=rotate)
    if as_json:
        print_json({"database": server.name, "capabilities": [asdict(one) for one in prepared]}, pretty=False)
        return
    for one in prepared:
        password = "new password" if one.is_new else "password"
        say(
            ("ok", "green"),
            f"  {one.capability}: schema {one.schema}, role {one.role}, {password} in {one.password_file}",
        )


def _chosen(project: Project, database: str | None, wanted: Sequence[str]) -> tuple["DatabaseServer", Sequence[str]]:
    storage = project.settings.storage
    users: dict[str, list[str]] = {}
    for name, facts in project.assembly.facts.capabilities.items():
        server = storage.server_of(name)
        if server is not None and facts.has_database:
            users.setdefault(server.name, []).append(name)
    if database is None and len(users) > 1:
        raise NothingToPrepare(f"there are several: {', '.join(users)}", "Name one of them.")
    name = database or next(iter(users), "")
    if not name:
        remedy = "Choose a database in plures.toml first, or name one, and capabilities with --capability."
        raise NothingToPrepare("each capability has an embedded one", remedy)
    server = storage.server(name)
    if wanted:
        owners = [one for one, facts in project.assembly.facts.capabilities.items() if facts.has_database]
        for unknown in (one for one in wanted if one not in owners):
            reason = f"the application has no capability {unknown!r} with a database"
            raise NothingToPrepare(reason, did_you_mean(unknown, owners) or "Name one that has a database.")
        return server, list(dict.fromkeys(wanted))
    if name not in users:
        raise NothingToPrepare(
            f"no capability uses {name!r}", "Choose it in plures.toml first, or name capabilities with --capability."
        )
    return server, users[name]


def _prepare(
    project: Project, server: "DatabaseServer", capabilities: Sequence[str], variable: str, data: Path, *, rotate: bool
) -> list[PreparedCapability]:
    from plures.data import prepare_database, role_of
    from plures.host import database_in, passwords_of, server_url

    from .passwords import Passwords

    url = server_url(server, os.environ)
    if urlsplit(url).username is not None:
        raise RolesOfOthers(server.name)
    administrator = os.environ.get(variable)
    if not administrator:
        raise NoAdministrator(variable)
    database, passwords = database_in(url), Passwords(passwords_of(server, data))
    chosen = passwords.choose(capabilities, rotate=rotate)
    with passwords.saved(chosen):
        asyncio.run(prepare_database(administrator, database, project.assembly.name, chosen))
    return [
        PreparedCapability(name, name, role_of(database, name), str(passwords.file(name)), passwords.is_new(name))
        for name in capabilities
    ]
