"""Mapped classes for the tests of sessions, and what is in the database."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from plures.data import Database, Migration


class Base(DeclarativeBase):
    pass


class Guest(Base):
    __tablename__ = "guest"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    visits: Mapped[list["Visit"]] = relationship(back_populates="guest")


class Visit(Base):
    __tablename__ = "visit"
    id: Mapped[int] = mapped_column(primary_key=True)
    guest_id: Mapped[int] = mapped_column(ForeignKey("guest.id"))
    guest: Mapped[Guest] = relationship(back_populates="visits")


TABLES = Migration(
    1,
    "guests",
    (
        "CREATE TABLE guest (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        "CREATE TABLE visit (id INTEGER PRIMARY KEY, guest_id INTEGER NOT NULL REFERENCES guest (id))",
    ),
)
ADA = {"id": 1, "name": "Ada"}


async def names(book: Database) -> list[str]:
    async with book.read() as connection:
        return (await connection.execute("SELECT name FROM guest ORDER BY id")).scalars()
