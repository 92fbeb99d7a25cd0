"""Where the data of a capability lies, with the secrets in their places. The one place that reads secrets of databases."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from plures.data import Folder, Place, Server, role_of
from plures.errors import PluresError, Text
from plures.topology import DatabaseServer, PlacedDatabase, filled, is_server_url


@dataclass(eq=False)
class SecretMissing(PluresError):
    """A reference to a secret leads nowhere: the variable is not set, or the file cannot be read."""

    code = "host.secret_missing"
    wording = Text(
        "Cannot find out where database {database!r} is",
        why="{reason}",
        fix="Give this process what [databases.{database}] of plures.toml refers to, or correct the reference.",
    )

    database: str
    reason: str


@dataclass(eq=False)
class DatabaseUrlWrong(PluresError):
    """What a reference leads to is no URL of a database. It is not repeated, since it may hold a password."""

    code = "host.database_url_wrong"
    wording = Text(
        "Cannot use the URL of database {database!r}",
        why="what {source} holds is not the URL of a database on a PostgreSQL server",
        fix="Write it as postgresql://host:5432/name, with %-codes for special characters in user and password.",
    )

    database: str
    source: str


@dataclass(eq=False)
class NotPrepared(PluresError):
    """There is no password for the role of a capability."""

    code = "host.not_prepared"
    wording = Text(
        "Cannot open the database of capability {capability!r}",
        why="there is no password for its role on {database!r}: {reason}",
        fix="Run `plures data prepare --admin-url-from NAME`, or put the password there.",
    )

    capability: str
    database: str
    reason: str


def place_of(
    capability: str,
    placed: PlacedDatabase | None,
    *,
    application: str,
    data: Path,
    variables: Mapping[str, str],
) -> Place:
    """Where the data of a capability lies.

    Args:
        placed: Its database on a server; None for an embedded one.
        data: Folder of the embedded databases.
        variables: The environment.

    Raises:
        SecretMissing, DatabaseUrlWrong, NotPrepared: The references lead to no URL with a password.
    """
    if placed is None:
        return Folder(data)
    url = server_url(placed.server, variables)
    if urlsplit(url).username is None:
        file = passwords_of(placed.server, data) / capability
        login = f"{quote(role_of(database_in(url), capability), safe='')}:{quote(_password(file, capability, placed), safe='')}"
        url = url.replace("://", f"://{login}@", 1)
    return Server(url, capability, placed.connections, application=application)


def server_url(server: DatabaseServer, variables: Mapping[str, str]) -> str:
    """The URL of a database with everything that its references lead to.

    Raises:
        SecretMissing, DatabaseUrlWrong: They lead to no URL.
    """
    if server.url_file is None:
        source = ", ".join(sorted(server.variables)) or "plures.toml"
        try:
            url = filled(server.url, variables)
        except KeyError as error:
            raise SecretMissing(server.name, f"variable {error.args[0]} of the environment is not set") from None
    else:
        source = str(server.url_file)
        try:
            url = server.url_file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise SecretMissing(server.name, _unread(server.url_file, error)) from None
    if not is_server_url(url):
        raise DatabaseUrlWrong(server.name, source)
    return url


def database_in(url: str) -> str:
    """The name of the database in a URL."""
    return unquote(urlsplit(url).path[1:])


def passwords_of(server: DatabaseServer, data: Path) -> Path:
    """The folder with a file for each capability that holds the password of its role."""
    return server.passwords or data / "passwords" / server.name


def _password(file: Path, capability: str, placed: PlacedDatabase) -> str:
    try:
        password = file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise NotPrepared(capability, placed.server.name, _unread(file, error)) from None
    if not password:
        raise NotPrepared(capability, placed.server.name, f"{file} is empty")
    return password


def _unread(file: Path, error: OSError | ValueError) -> str:
    reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
    return f"{file} cannot be read ({reason})"
