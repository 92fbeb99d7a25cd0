"""The steps of one saga that have failed, to tell which of them ended it."""

from collections.abc import Iterator
from typing import cast


class Failures:
    """Those of one run.

    Attributes:
        made: So many steps the saga has made, also those that did not fail.
    """

    def __init__(self) -> None:
        self.made = 0
        # What was raised, by which step, and how many steps the saga had made by then.
        self._failures: list[tuple[Exception, str, int]] = []

    def add(self, error: Exception, number: str) -> None:
        """A step has raised this."""
        self._failures.append((error, number, self.made))

    def behind(self, error: BaseException) -> set[str]:
        """The numbers of the steps that led to this error, and after which the saga has made no other: a resumed saga takes them anew."""
        behind = set(_behind(error))
        return {number for failure, number, last in self._failures if id(failure) in behind and last == self.made}


def _behind(error: BaseException | None) -> Iterator[int]:
    """The identities of an error and of all that led to it."""
    while error is not None:
        yield id(error)
        if isinstance(error, BaseExceptionGroup):
            for each in cast("BaseExceptionGroup[BaseException]", error).exceptions:
                yield from _behind(each)
        error = error.__cause__ or error.__context__
