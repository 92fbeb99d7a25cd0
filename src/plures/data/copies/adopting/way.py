"""What rows that come in and rows that go back have in common: both ends are open, and one of them is marked."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from plures.data.copies.progress import Tell
from plures.data.ledger import MARK, read_ledger
from plures.data.migration import Migrations
from plures.data.statement_errors import ConstraintViolated, StatementFailed
from plures.data.store import Store

from .ends import Adopted
from .errors import CannotAdopt

_AGAIN: Final = "Mend that, then run the command again."


@dataclass
class Way:
    """Rows on their way.

    Attributes:
        here: The application's own database.
        there: The capability's.
    """

    adopted: Adopted
    migrations: Migrations
    here: Store
    there: Store
    tell: Tell

    async def said(self) -> str | None:
        """The mark of the capability's own database; refuses one that is in use."""
        users = await self.there.other_users(self.here.sessions)
        if users:
            raise self.cannot(f"its own database is in use: {users}", "Stop the application first.")
        return (await read_ledger(self.there)).get(MARK)

    def refuse_marked(self, said: str) -> CannotAdopt:
        """That another command has marked the capability's own database."""
        what, _, advice = said.partition("\n")
        return self.cannot(f"its own database is {what}", advice)

    @contextmanager
    def refused_by(self, place: str, remedy: str = _AGAIN) -> Generator[None]:
        """Tell which of two databases has refused a statement; it has rolled back all of it.

        Args:
            remedy: What to do where it would break a rule of the schema.
        """
        try:
            yield
        except StatementFailed as error:
            if error.may_have_happened:
                raise
            said = remedy if isinstance(error, ConstraintViolated) else _AGAIN
            raise self.cannot(f"{place} refused {error.statement!r}: {error.reason}", said) from error

    def cannot(self, reason: str, remedy: str) -> CannotAdopt:
        """The error, about these ends."""
        return CannotAdopt(self.adopted.capability, self.adopted.outside, reason, remedy)
