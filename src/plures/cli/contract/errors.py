"""What the commands about contracts refuse."""

from dataclasses import dataclass
from pathlib import Path

from plures.errors import PluresError, Text


@dataclass(eq=False)
class NoSuchContract(PluresError):
    """The application has no capability of that name."""

    code = "cli.no_such_contract"
    wording = Text("The application has no capability {name!r}", fix="{fix_hint}")

    name: str
    fix_hint: str


@dataclass(eq=False)
class NoSource(PluresError):
    """A contract names something that a module of its own cannot name."""

    code = "cli.no_source"
    wording = Text(
        "The contract of {capability} cannot be written as a module",
        why="{subject} {problem}",
        fix="Define it at the top level of a module, or leave it out of the contract.",
    )

    capability: str
    subject: str
    problem: str


@dataclass(eq=False)
class NotFrozen(PluresError):
    """`plures contract write` does not write the file."""

    code = "cli.contract_not_written"
    wording = Text("The contract of {capability} is not written", why="{reason}", fix="{way_out}")

    capability: str
    reason: str
    way_out: str


@dataclass(eq=False)
class NoSuchRule(PluresError):
    """There is no rule of that name."""

    code = "cli.no_such_rule"
    wording = Text("There is no rule {rule!r}", fix="{fix_hint}")

    rule: str
    fix_hint: str


@dataclass(eq=False)
class NotExported(PluresError):
    """`plures contract export` has nowhere to write to, or nothing to compare with."""

    code = "cli.contract_not_exported"
    wording = Text("Nothing is exported", why="{reason}", fix="{way_out}")

    reason: str
    way_out: str


@dataclass(eq=False)
class NotDocumented(PluresError):
    """`plures contract docs` is not told what to do."""

    code = "cli.contract_not_documented"
    wording = Text("There are no pages", why="{reason}", fix="Name a folder with --to, or pass --open.")

    reason: str


@dataclass(eq=False)
class NotImported(PluresError):
    """`plures contract import` would write over files that say something else."""

    code = "cli.contract_not_imported"
    wording = Text(
        "Nothing is imported",
        why="{files} would be lost",
        fix="Name another file with --to, or write over what is there with --force.",
    )

    files: str


@dataclass(eq=False)
class FileNotWritten(PluresError):
    """A file about contracts cannot be written."""

    code = "cli.file_not_written"
    wording = Text("Cannot write {path}", why="{reason}", fix="Make room for it, or see to the rights of its folder.")

    path: Path
    reason: str
