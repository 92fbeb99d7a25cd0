"""Functions that are written as text and made at run time, one for each message, as `dataclasses` makes its methods.

A function that reads its table of fields for each value takes twice as long. No text in them comes from a contract: fields are counted, and all else
is given by reference.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any


class Source:
    """The lines of one function, and what they refer to."""

    def __init__(self, head: str, **known: Any) -> None:
        self._lines = [head]
        self._known = known
        self._indent = 1
        self._count = 0

    def refer(self, thing: Any) -> str:
        """The name by which the lines reach a thing."""
        name = f"K{len(self._known)}"
        self._known[name] = thing
        return name

    def fresh(self, letter: str) -> str:
        """The name of a variable that has no other use; it begins with the small letter."""
        self._count += 1
        return f"{letter}{self._count}"

    def add(self, *lines: str) -> None:
        """Add lines; what is indented in them stays so."""
        self._lines += [f"{'    ' * self._indent}{line}" for line in lines]

    @contextmanager
    def block(self, head: str) -> Generator[None]:
        """Let what is added within it stand under this line."""
        self.add(head)
        self._indent += 1
        yield
        self._indent -= 1

    def made(self, name: str) -> Callable[..., Any]:
        """The function of that name."""
        exec("\n".join(self._lines), self._known)  # noqa: S102 - see above
        made: Callable[..., Any] = self._known[name]
        return made
