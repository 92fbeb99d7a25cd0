"""Which database keeps the rows of a capability, as plures.toml says it. Holds references to secrets, never a secret."""

from .parse_storage import parse_storage
from .references import filled, has_literal_secret, is_reference, is_server_url, variables_in, with_digits
from .rules import CONNECTIONS, SECRET_VARIABLE
from .values import EMBEDDED, SQLITE, DatabaseServer, PlacedDatabase, Storage, UnknownDatabase

__all__ = [
    "CONNECTIONS",
    "EMBEDDED",
    "SECRET_VARIABLE",
    "SQLITE",
    "DatabaseServer",
    "PlacedDatabase",
    "Storage",
    "UnknownDatabase",
    "filled",
    "has_literal_secret",
    "is_reference",
    "is_server_url",
    "parse_storage",
    "variables_in",
    "with_digits",
]
