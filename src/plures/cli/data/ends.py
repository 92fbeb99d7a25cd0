"""The two ends of a move: where plures.toml says that a database is, and where it should go."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from plures.data import Folder, Server, copies
from plures.errors import did_you_mean
from plures.topology import SQLITE, DatabaseServer, PlacedDatabase, has_literal_secret, is_server_url

from .places import CONNECTIONS, Owned


def source_of(owned: Owned) -> copies.End:
    """Where it is; raises `PluresError` where the references of plures.toml lead to no place."""
    return copies.End(owned.place())


def target_by_name(owned: Owned, name: str) -> copies.End:
    """The place that `--to` names.

    Raises:
        CannotMove: There is no such place, or the URL shows a password.
        PluresError: The references of plures.toml lead to no place.
    """
    servers = owned.project.settings.storage.servers
    if name in servers:
        return _on_server(owned, servers[name])
    if name == SQLITE:
        return _in_folder(owned, owned.data)
    if "://" in name:
        return _by_url(owned, name)
    # A slip in the name of a database would else make a folder of that name.
    meant = did_you_mean(name, servers)
    if meant and not Path(name).is_dir():
        remedy = f"{meant} Write ./{name} for a folder of that name."
        raise copies.CannotMove(owned.capability, name, "plures.toml has no such database", remedy)
    return _in_folder(owned, Path(name))


def target_by_reference(owned: Owned, reference: str) -> copies.End:
    """The place whose URL a variable of the environment holds, or a file.

    Raises:
        CannotMove: Neither is there, or what it holds is no URL of a database for a role.
    """
    url = os.environ.get(reference)
    written = f'url = "${{{reference}}}"'
    if url is None:
        written = f'url_file = "{reference}"'
        try:
            url = Path(reference).read_text(encoding="utf-8")
        except (OSError, ValueError):
            reason = "neither a variable of the environment nor a file that can be read has this name"
            raise copies.CannotMove(
                owned.capability, reference, reason, "Set the variable, or correct the name."
            ) from None
    return _by_url(owned, url.strip(), reference, written)


def _in_folder(owned: Owned, folder: Path) -> copies.End:
    keys: list[str] = []
    if owned.database is not None:
        keys.append(f'database = "{SQLITE}" below [capabilities.{owned.capability}]')
    if folder.resolve() != owned.project.settings.data.resolve():
        keys.append(f'data = "{folder}" below [application]')
    return copies.End(
        Folder(folder), f"Write {' and '.join(keys)} in plures.toml." if keys else "plures.toml names it."
    )


def _on_server(owned: Owned, server: DatabaseServer) -> copies.End:
    from plures.host import NotPrepared, place_of

    try:
        place = place_of(
            owned.capability,
            PlacedDatabase(server, CONNECTIONS),
            application=owned.project.assembly.name,
            data=owned.data,
            variables=os.environ,
        )
    except NotPrepared as error:
        remedy = (
            f"Run `plures data prepare {server.name} --capability {owned.capability} --admin-url-from NAME` first, "
            "which makes its schema and its role."
        )
        raise copies.CannotMove(owned.capability, server.name, error.why, remedy) from error
    return copies.End(place, _advice(owned, server.name))


def _by_url(owned: Owned, url: str, shown: str = "", written: str = "") -> copies.End:
    capability, where = owned.capability, shown or Server(url, owned.capability).address
    if not shown and has_literal_secret(url):
        remedy = "Put the URL into a variable of the environment or a file, and name that: --to-url-from NAME."
        raise copies.CannotMove(capability, where, "the command line would show the password to other users", remedy)
    if not is_server_url(url):
        remedy = "Write it as postgresql://role@host:5432/name, with %-codes for special characters."
        raise copies.CannotMove(capability, where, "this is not the URL of a PostgreSQL database", remedy)
    if urlsplit(url).username is None:
        remedy = "Add the database to plures.toml, where prepared roles are found, and name it with --to; or add the role to the URL."
        raise copies.CannotMove(capability, where, "the URL names no role", remedy)
    server = Server(url, capability, CONNECTIONS, application=owned.project.assembly.name)
    table = f"Add a table [databases.NAME] with {written or 'that URL'} to plures.toml. "
    return copies.End(server, table + _advice(owned, "NAME"))


def _advice(owned: Owned, name: str) -> str:
    return f'Write database = "{name}" below [capabilities.{owned.capability}] in plures.toml.'
