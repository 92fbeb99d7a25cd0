"""Whose a schema on a server is, and which role uses it: names and marks. Speaks to no server."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

_NAME_BYTES: Final = 63
"""PostgreSQL cuts longer names. Source: https://www.postgresql.org/docs/current/sql-syntax-lexical.html"""

_TABLES: Final = '"tables"'
_RESTORING: Final = '"restoring"'


def role_of(database: str, capability: str) -> str:
    """The role that `plures data prepare` makes for a capability. Roles belong to a server, so its name begins with the database's."""
    name = f"{database}_{capability}"
    if len(name.encode()) <= _NAME_BYTES:
        return name
    return f"{capability[:40]}_{sha256(name.encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class Owner:
    """Whose a schema is. It stands in the comment of the schema, and of the role."""

    application: str
    capability: str

    @property
    def mark(self) -> str:
        """The comment."""
        return f"plures: {json.dumps({'application': self.application, 'capability': self.capability})}"

    @property
    def mark_with_tables(self) -> str:
        """The comment once the tables are made."""
        return f"{self.mark[:-1]}, {_TABLES}: true}}"

    @property
    def mark_of_restore(self) -> str:
        """The comment while a restore is under way."""
        return f"{self.mark[:-1]}, {_RESTORING}: true}}"

    def __str__(self) -> str:
        return f"capability {self.capability!r} of application {self.application!r}"


def says_of_restore(comment: str | None) -> bool:
    """Whether a comment says that a restore is under way."""
    return comment is not None and f"{_RESTORING}: true" in comment


def says_of_tables(comment: str | None) -> bool:
    """Whether a comment says that the tables were made."""
    return comment is not None and f"{_TABLES}: true" in comment


def owner_in(comment: str | None) -> Owner | None:
    """The owner that a comment names; None where it is no mark."""
    if comment is None or not comment.startswith("plures: "):
        return None
    try:
        said = json.loads(comment.removeprefix("plures: "))
        return Owner(str(said["application"]), str(said["capability"]))
    except (ValueError, KeyError, TypeError):
        return None
