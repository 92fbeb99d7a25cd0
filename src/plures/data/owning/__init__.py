"""Whose a schema on a server is, which role uses it, and what is refused. Speaks to no server."""

from .errors import AdministratorRefused, RoleTooMighty, SchemaOfAnother
from .owner import Owner, owner_in, role_of, says_of_restore, says_of_tables

__all__ = [
    "AdministratorRefused",
    "Owner",
    "RoleTooMighty",
    "SchemaOfAnother",
    "owner_in",
    "role_of",
    "says_of_restore",
    "says_of_tables",
]
