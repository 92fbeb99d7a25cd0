"""The root of every error that Plures raises: what happened, why, what to do, and a stable code."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from typing import ClassVar

import msgspec


class Text(msgspec.Struct, frozen=True):
    """What an error says. Names in braces are fields of the error: `Text("Cannot read {path}", why="{reason}")`."""

    what: str
    why: str = ""
    fix: str = ""


class PluresError(Exception):
    """An error of Plures or of an application built on it.

    A kind of error that always says the same is a dataclass with a `wording`, so that the documentation can print it::

        @dataclass(eq=False)
        class PortTaken(PluresError):
            code = "deploy.port_taken"
            wording = Text("Cannot listen on port {port}", why="another program does", fix="Choose another port.")

            port: int

    Attributes:
        code: Stable dotted name of the kind of error, the same in every release and every language.
        what: What happened, one sentence without a full stop.
        why: The reason, as far as it is known; may be empty.
        fix: What the reader can do about it; may be empty.
    """

    code: ClassVar[str] = "plures.error"
    wording: ClassVar[Text | None] = None

    def __init__(self, what: str, *, why: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.fix = fix

    def __post_init__(self) -> None:
        """Called by the constructor that `@dataclass` writes."""
        if self.wording is None or not is_dataclass(self):
            message = f"{type(self).__name__} has fields, but no wording"
            raise TypeError(message)
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        what, why, fix = (part.format(**values) for part in (self.wording.what, self.wording.why, self.wording.fix))
        PluresError.__init__(self, what, why=why, fix=fix)

    def __str__(self) -> str:
        because = f": {self.why}" if self.why else ""
        remedy = f"\n  fix: {self.fix}" if self.fix else ""
        return f"{self.what}{because}{remedy}"


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong with what the user wrote.

    Attributes:
        code: Stable dotted name of the rule that is broken.
        where: The place, as the user would look it up: a file and key, or a class and field.
        what: What is wrong.
        fix: What to write instead.
    """

    code: str
    where: str
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}\n      fix: {self.fix}"


class Rule(msgspec.Struct, frozen=True):
    """A rule that what the user writes must keep. Names in braces are given when it is broken.

    Attributes:
        code: Stable dotted name, the same in every release.
        what: What is wrong.
        fix: What to write instead.
    """

    code: str
    what: str
    fix: str

    def broken(self, where: str, **values: object) -> Violation:
        """The violation at one place; `values` fill the names in braces."""
        return Violation(self.code, where, self.what.format(**values), self.fix.format(**values))


class InvalidInput(PluresError):
    """Something the user wrote breaks rules; carries every violation, not only the first."""

    code = "plures.invalid_input"

    def __init__(self, subject: str, violations: Iterable[Violation]) -> None:
        self.subject = subject
        self.violations: Sequence[Violation] = tuple(violations)
        count = len(self.violations)
        super().__init__(f"{subject} has {count} problem{'s' if count != 1 else ''}")

    def __str__(self) -> str:
        return "\n".join([self.what, *(f"  {n}. {v}" for n, v in enumerate(self.violations, 1))])


def did_you_mean(name: str, known: Iterable[str], *, most: int = 1) -> str:
    """A question with the known names that are closest, for a `fix`; empty when none is close."""
    matches = get_close_matches(name, sorted(known), n=most)
    return f"Did you mean {' or '.join(map(repr, matches))}?" if matches else ""
