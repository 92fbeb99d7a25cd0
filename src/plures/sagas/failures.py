"""The steps of one saga that have failed: which of them ended it, and which may have done something all the same."""

from collections.abc import Iterator
from typing import cast

from plures.contract import ContractError
from plures.errors import CallError, Outcome

from .declaring import Called, may_have_run


class Failures:
    """Those of one run.

    Attributes:
        made: So many steps the saga has made, also those that did not fail.
    """

    def __init__(self, *, is_resumed: bool) -> None:
        self._is_resumed = is_resumed
        self.made = 0
        # What was raised, by which step, and how many steps the saga had made by then.
        self._failures: list[tuple[Exception, str, int]] = []
        # Steps that may have done something although their last attempt did nothing.
        self._uncertain: set[str] = set()

    def add(self, error: Exception, number: str) -> None:
        """A step has raised this."""
        self._failures.append((error, number, self.made))

    def begin(self, number: str) -> None:
        """A step without a record begins. The run before may have tried it."""
        if self._is_resumed:
            self._uncertain.add(number)

    def found(self, number: str, outcome: str) -> None:
        """The record of a step has this outcome."""
        if outcome != Outcome.NOT_SENT:
            self._uncertain.add(number)

    def note_attempt(self, number: str, step: Called, error: BaseException) -> None:
        """An attempt has failed. Where it may have done something, no later one can tell that nothing was done."""
        is_declared = isinstance(error, ContractError) and step.declares(error)
        if not is_declared and getattr(error, "outcome", None) is not Outcome.NOT_SENT:
            self._uncertain.add(number)

    def did_nothing(self, number: str, error: ContractError | CallError) -> bool:
        """Whether a step that failed so has certainly had no effect, in none of its attempts."""
        return number not in self._uncertain and not may_have_run(error)

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
