"""The root of every error that Plures raises: what happened, why, what to do, and a stable code."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar


class PluresError(Exception):
    """An error of Plures or of an application built on it.

    Attributes:
        code: Stable dotted name of the kind of error, the same in every release and every language.
        what: What happened, one sentence without a full stop.
        why: The reason, as far as it is known; may be empty.
        fix: What the reader can do about it; may be empty.
    """

    code: ClassVar[str] = "plures.error"

    def __init__(self, what: str, *, why: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.fix = fix

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


class InvalidInput(PluresError):
    """Something the user wrote breaks rules; carries every violation, not only the first."""

    code = "plures.invalid_input"

    def __init__(self, subject: str, violations: Iterable[Violation]) -> None:
        self.violations: Sequence[Violation] = tuple(violations)
        count = len(self.violations)
        super().__init__(f"{subject} has {count} problem{'s' if count != 1 else ''}")

    def __str__(self) -> str:
        return "\n".join([self.what, *(f"  {n}. {v}" for n, v in enumerate(self.violations, 1))])
