"""`[databases]`, `[capabilities]` and the default of `[application]` → `Storage`."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from plures.errors import did_you_mean
from plures.topology.key import Key
from plures.topology.keys import (
    APPLICATION_DATABASE,
    CAPABILITY_DATABASE,
    CONNECTIONS,
    DATABASE,
    DATABASES,
    PASSWORDS,
    URL,
    URL_FILE,
)
from plures.topology.section import Section

from . import rules
from .references import has_literal_secret, is_server_url
from .values import SQLITE, DatabaseServer, Storage

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")


def parse_storage(root: Section, application: Section, capabilities: Mapping[str, Section], folder: Path) -> Storage:
    """What the file says of databases; what is wrong with it is in the section's violations.

    Args:
        capabilities: The sections of capabilities, by name.
        folder: What relative paths are relative to.
    """
    databases = root.headed(DATABASES)
    servers = {name: _server(databases.headed(DATABASE.named(name)), name, folder) for name in databases.values}
    chosen: dict[str, str] = {}
    for name, section in capabilities.items():
        choice = _choice(section, CAPABILITY_DATABASE, servers)
        if choice is not None:
            chosen[name] = choice
    return Storage(servers, _choice(application, APPLICATION_DATABASE, servers) or SQLITE, chosen)


def _choice(section: Section, key: Key[str | None], servers: dict[str, DatabaseServer]) -> str | None:
    name = section.get(key)
    if name is not None and name != SQLITE and name not in servers:
        known = [SQLITE, *servers]
        hint = did_you_mean(name, known) or f"Name one of {', '.join(known)}, or add a table [databases.{name}]."
        section.report(rules.DATABASE_UNKNOWN, key.name, name=name, hint=hint)
    return name


def _server(section: Section, name: str, folder: Path) -> DatabaseServer:
    if name == SQLITE or not _NAME.fullmatch(name):
        section.report(rules.DATABASE_NAME, name=name)
    url, file = section.get(URL), section.get(URL_FILE)
    if (URL.name in section.values) == (URL_FILE.name in section.values):
        section.report(rules.ONE_URL)
    if url is not None and has_literal_secret(url):
        section.report(rules.LITERAL_SECRET, URL.name)
    elif url is not None and not is_server_url(url):
        section.report(rules.DATABASE_URL, URL.name, example='"postgresql://db.internal/shop"')
    most, passwords = section.get(CONNECTIONS), section.get(PASSWORDS)
    if most < 1:
        section.report(rules.MOST_CONNECTIONS, CONNECTIONS.name, most=most)
    return DatabaseServer(
        name,
        url or "",
        url_file=None if file is None else folder / file,
        most_connections=most,
        passwords=None if passwords is None else folder / passwords,
    )
