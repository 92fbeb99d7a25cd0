"""What a database has run beside what the scripts have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from plures.data.store import Applied

from .declared import AlembicMigrations
from .scripts import Scripts

if TYPE_CHECKING:
    from alembic.script import Script


@dataclass(frozen=True)
class Revision:
    """One revision of Alembic's scripts, as it is reported: beside numbered migrations.

    Attributes:
        version: What Alembic calls the revision.
        name: The first line of its message.
        contract_step: Alembic knows no such mark.
    """

    version: str
    name: str
    contract_step: bool = False

    def __str__(self) -> str:
        return f"{self.version} ({self.name})"


class Compared(msgspec.Struct, frozen=True):
    """As the fields of `DatabaseState` of the same names."""

    applied: tuple[Applied, ...]
    pending: tuple[Revision, ...]
    unknown: tuple[Applied, ...]


def compare(capability: str, migrations: AlembicMigrations, heads: Sequence[str]) -> Compared:
    """Compare the scripts with the heads that Alembic's table has.

    Raises:
        AlembicMissing, ScriptsUnusable, SeveralHeads: As they say.
    """
    scripts = Scripts(capability, migrations)
    unknown = tuple(_applied(head, "") for head in scripts.unknown(heads))
    if unknown:
        # What lies below a revision that is not there cannot be told.
        return Compared(unknown, (), unknown)
    applied = tuple(_applied(one.revision, one.doc) for one in scripts.until(heads))
    return Compared(applied, tuple(revision_of(one) for one in scripts.after(heads)), ())


def revision_of(script: "Script") -> Revision:
    """As it is reported."""
    return Revision(script.revision, script.doc)


def _applied(version: str, name: str) -> Applied:
    # Alembic keeps neither.
    return Applied(version, name, checksum="", applied_at="")
