"""What a migration may do only as the contract step of a change by expand and contract, as data."""

from typing import Final

from plures.errors import Rule

_MARK: Final = "mark that migration: Migration(…, contract_step=True)."

DROPS: Final = Rule(
    "data.drops",
    "{statement!r} drops {kind} {name!r}, which the version still running may use",
    "In two steps: release code that no longer uses it; drop it in the release after that, and " + _MARK,
)
RENAMES: Final = Rule(
    "data.renames",
    "{statement!r} renames {kind} {name!r}, which the version still running knows by its old name",
    "In two steps: add the new one, let the code write both, and copy what the old one has; drop the old one in the release after that, and "
    + _MARK,
)
REBUILDS: Final = Rule(
    "data.rebuilds_table",
    "{statement!r} puts a new table in the place of {name!r}; whether it still has all that the version still running needs, this check cannot tell",
    "Compare the two definitions. Where the new one has every column, and no constraint that the old one lacks, or in the release after the one "
    "that no longer needs the difference, " + _MARK,
)
REQUIRES: Final = Rule(
    "data.requires_value",
    "{statement!r} needs a value for {name!r}, which the version still running does not write",
    "In two steps: add it with a DEFAULT or without NOT NULL, and release code that writes it; make it NOT NULL in the release after that, and "
    + _MARK,
)
CHANGES_TYPE: Final = Rule(
    "data.changes_type",
    "{statement!r} changes the type of {name!r}, which the version still running reads and writes in the old one",
    "In two steps: add a column of the new type, let the code write both, and copy; drop the old one in the release after that, and "
    + _MARK,
)
CONSTRAINS: Final = Rule(
    "data.new_constraint",
    "{statement!r} adds a constraint to table {name!r}, which rows of the version still running may break",
    "In two steps: release code that keeps it; add it in the release after that, and " + _MARK,
)
