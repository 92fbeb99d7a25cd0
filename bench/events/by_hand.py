"""The outbox that many write by hand: a table of SQLAlchemy's ORM, filled in the session of what it tells of."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from plures.data import Server

Once = Callable[[str], Awaitable[None]]
"""Places an order with this id, and publishes that it did."""

TYPE = "shop.orders.v1.OrderPlaced"
BODY = '{"orderId":"o-1","customerId":"c-1","total":{"amount":"1180","currency":"EUR"},"lines":[{"productId":"tea","quantity":2}]}'


class _Base(DeclarativeBase):
    pass


class _Order(_Base):
    __tablename__ = "orders_by_hand"
    id: Mapped[str] = mapped_column(primary_key=True)
    total: Mapped[int]


class _Outbox(_Base):
    __tablename__ = "outbox"
    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str]
    type: Mapped[str]
    key: Mapped[str]
    body: Mapped[str]


def _rows(one: str) -> list[Any]:
    return [_Order(id=one, total=1180), _Outbox(id=one, type=TYPE, key=one, body=BODY)]


@asynccontextmanager
async def on_sqlite(path: Path) -> AsyncGenerator[Once]:
    """Its functions never wait, so callers in flight come one after the other."""
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    _Base.metadata.create_all(engine)

    async def place(one: str) -> None:
        with Session(engine) as session, session.begin():
            session.add_all(_rows(one))

    yield place
    engine.dispose()


@asynccontextmanager
async def on_postgresql(server: Server, most: int) -> AsyncGenerator[Once]:
    engine = create_async_engine(
        server.url.replace("postgresql://", "postgresql+asyncpg://"),
        pool_size=most,
        isolation_level="SERIALIZABLE",
    )
    async with engine.begin() as connection:
        await connection.run_sync(_Base.metadata.create_all)

    async def place(one: str) -> None:
        async with AsyncSession(engine) as session, session.begin():
            session.add_all(_rows(one))

    yield place
    await engine.dispose()
