"""The application's own database, as a command line names it."""

import os
from pathlib import Path

from plures.data import Server, copies
from plures.topology import has_literal_secret, is_server_url


def outside_named(capability: str, name: str, schema: str) -> copies.Outside:
    """A file, or a URL that shows no password; raises `CannotAdopt`."""
    if "://" not in name:
        return copies.Outside(Path(name))
    if has_literal_secret(name):
        remedy = "Put the URL into a variable of the environment or a file, and name that: --from-url-from NAME."
        shown = Server(name, schema).address
        raise copies.CannotAdopt(capability, shown, "the command line would show the password to other users", remedy)
    return _on_server(capability, name, Server(name, schema).address, schema)


def outside_by_reference(capability: str, reference: str, schema: str) -> copies.Outside:
    """What a variable of the environment or a file holds; raises `CannotAdopt`."""
    url = os.environ.get(reference)
    if url is None:
        try:
            url = Path(reference).read_text(encoding="utf-8")
        except (OSError, ValueError):
            reason = "neither a variable of the environment nor a file that can be read has this name"
            raise copies.CannotAdopt(capability, reference, reason, "Set the variable, or correct the name.") from None
    return _on_server(capability, url.strip(), reference, schema)


def _on_server(capability: str, url: str, shown: str, schema: str) -> copies.Outside:
    # As SQLAlchemy writes it, which is what applications have.
    scheme, colon, rest = url.partition("://")
    plain = f"{scheme.partition('+')[0]}{colon}{rest}"
    if not is_server_url(plain):
        remedy = "Write it as postgresql://role@host:5432/name, with %-codes for special characters; for SQLite, name the file."
        raise copies.CannotAdopt(capability, shown, "this is not the URL of a PostgreSQL database", remedy)
    return copies.Outside(Server(plain, schema))
