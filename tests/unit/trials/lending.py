"""A library that lends books, and keeps its contract unless it is told which rule to break."""

import asyncio
from collections.abc import AsyncIterator
from enum import Enum
from typing import Annotated, Any, Protocol

from plures import Application, Capability, ContractError, Message, Meta, command, contract, query


class Shelf(Enum):
    FICTION = 0
    FACTS = 1


class Book(Message):
    id: Annotated[str, Meta(pattern="^[a-z]{2}[0-9]+$")]
    title: str
    shelf: Shelf = Shelf.FICTION
    pages: Annotated[int, Meta(ge=1, le=5000)] = 1


class Wish(Message):
    book_id: str
    days: Annotated[int, Meta(ge=1, le=28)] = 14
    note: Annotated[str, Meta(max_length=20)] | None = None


class Loan(Message):
    key: str
    wish: Wish


class BookUnknown(ContractError, status="not_found"):
    """There is no such book."""

    book_id: str


class Lent(ContractError, status="already_exists"):
    """Someone has it."""

    book_id: str


class Surprise(ContractError, status="aborted"):
    """The operation does not declare it."""


@contract("library.lending.v1", owner="library")
class Lending(Protocol):
    """Lends books."""

    @query(deadline_s=0.3, errors=[BookUnknown])
    async def find(self, book_id: str, most: Annotated[int, Meta(ge=1, le=50)] = 10) -> Book: ...

    @command(idempotent=True, deadline_s=0.3, errors=[BookUnknown, Lent])
    async def lend(self, key: Annotated[str, Meta(min_length=1)], wish: Wish) -> Loan: ...

    @command(deadline_s=0.3)
    async def burn(self, book_id: str) -> None: ...

    @query(deadline_s=2)
    def all(self, shelf: Shelf = Shelf.FICTION) -> AsyncIterator[Book]: ...


class LendingService(Lending):
    """Attributes: `does` is how it breaks its contract; empty where it keeps it."""

    does = ""
    burnt = 0

    def __init__(self) -> None:
        self._lent: dict[str, Wish] = {}
        self._asked = 0

    async def find(self, book_id: str, most: int = 10) -> Any:
        self._asked += 1
        match type(self).does:
            case "fails" if len(book_id) > 3:
                raise RuntimeError("too long")
            case "undeclared":
                raise Surprise
            case "refuses" if most == 50:
                return await asyncio.to_thread(_refuse)
            case "late":
                await asyncio.sleep(5)
            case "changes":
                return Book("ab1", f"asked {self._asked} times")
            case "invalid":
                return Book("no id", "Title")
        if book_id not in ("ab1", "ab2"):
            raise BookUnknown(book_id=book_id)
        return Book(book_id, "A Title")

    async def lend(self, key: str, wish: Wish) -> Loan:
        if type(self).does == "once" and key in self._lent:
            raise Lent(book_id=wish.book_id)
        self._lent.setdefault(key, wish)
        return Loan(key, self._lent[key])

    async def burn(self, book_id: str) -> None:
        type(self).burnt += 1

    async def all(self, shelf: Shelf = Shelf.FICTION) -> AsyncIterator[Book]:
        for number in range(3):
            yield Book(f"ab{number}", "A Title", shelf, 5001 if type(self).does == "streams" and number == 2 else 7)


def _refuse() -> Book:
    raise BookUnknown(book_id="x")


app = Application("library", [Capability(Lending, LendingService)])
