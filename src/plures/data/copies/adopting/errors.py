"""What can go wrong when tables change their owner."""

from dataclasses import dataclass
from typing import Final

from plures.errors import PluresError, Rule, Text


@dataclass(eq=False)
class CannotAdopt(PluresError):
    """Tables cannot change their owner. Each row is where it was."""

    code = "data.cannot_adopt"
    wording = Text(
        "Cannot move the tables of capability {capability!r} between {outside} and its own database",
        why="{reason}",
        fix="{remedy}",
    )

    capability: str
    outside: str
    reason: str
    remedy: str


REFERENCE_IN: Final = Rule(
    "data.adoption_reference",
    "{other}.{columns} refers to it, and a reference cannot leave its database{cascade}",
    "Drop that constraint by a migration of the application ({drop}). What it saw to is up to the code from then on.",
)
REFERENCE_OUT: Final = Rule(
    "data.adoption_reference",
    "its {columns} refers to {other}, which stays: the database will not check it any more{cascade}",
    "Let the code see to it (an operation, or an event, by which the owner of {other} tells what it deletes), then say --without-references.",
)
VIEW: Final = Rule(
    "data.adoption_view",
    "view {name} reads it, and would find no rows",
    "Drop the view by a migration of the application ({drop}), and let who reads it call the capability.",
)
TRIGGER: Final = Rule(
    "data.adoption_trigger",
    "trigger {name} has to do with it, and does not move along",
    "Drop it by a migration of the application, and let the service do what it does, or a migration of the capability make it.",
)
UNREADABLE: Final = Rule(
    "data.adoption_view",
    "SQLite renames no table while a view reads what is not there ({reason})",
    "Drop the view or mend it by a migration of the application ({drop}).",
)
INHERITS: Final = Rule(
    "data.adoption_inherits",
    "{child} inherits from {parent}, so that rows of one are rows of the other as well",
    "End that by a migration of the application (ALTER TABLE {child} NO INHERIT {parent}).",
)
NOT_OWNED: Final = Rule(
    "data.adoption_role",
    "the role {role} does not own it, and may not rename it",
    "Name the database by a role that owns its tables: {owner}.",
)
HIDDEN: Final = Rule(
    "data.adoption_role",
    "a policy hides rows of it from the role {role}, and these would be lost",
    "Name the database by a role that sees all rows (BYPASSRLS), or let the policy not bind its owner (ALTER TABLE … NO FORCE ROW LEVEL SECURITY).",
)
KEPT: Final = Rule(
    "data.adoption_kept",
    "a table {name} is there already, the name that it would get",
    "Rename or drop that one.",
)
UNFIT: Final = Rule(
    "data.adoption_unfit",
    "it is not the one that the migrations of the capability make: {difference}",
    "Let the first migration of the capability make the table as it is there; change it by a later one, afterwards.",
)
HOMELESS: Final = Rule(
    "data.adoption_homeless",
    "it has rows, and the application's own database has no such table",
    "Make it there as well, and note it in plures_adopted; or delete its rows, if they may go.",
)
REMADE: Final = Rule(
    "data.adoption_kept",
    "a table of this name was made in the application's own database since, and has rows",
    "Look who writes there; move these rows by a call of the capability, or delete them. An empty one is taken away.",
)
GONE: Final = Rule(
    "data.adoption_kept",
    "the table {name}, as which it is kept there, is gone",
    "Make it anew by a migration of the application, as it was, empty, and by that name; let its migrations leave out plures_kept_… from then on.",
)
DANGLING: Final = Rule(
    "data.adoption_dangling",
    "{count} of its rows refer to rows of {other} that are gone",
    "Delete or correct these rows in the capability's own database first.",
)
