"""The same saga as a workflow of DBOS: plain steps, and transactions of its data sources for those that write.

System database and data source share one database, as with us. Logs, traces and the check of each connection before its use are off; SQLite
has the pragmas that we use. Undoing is code in the workflow of DBOS, and costs nothing unless a step fails.
"""

import sqlite3
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import sqlalchemy as sa
from dbos import DBOS, AsyncSQLAlchemyDatasource, DBOSConfig, SetWorkflowID, SQLAlchemyDatasource

from bench.sagas.subject import INSERT, ITEM, TABLE, Caller, Kind, in_the_loop, in_threads
from plures.data import Server

_INSERT = sa.text(INSERT)


@asynccontextmanager
async def in_tasks(kind: Kind, place: Path | Server) -> AsyncGenerator[Caller]:
    """Async workflows and an async data source."""
    with _prepared(place) as (url, most):
        source = await AsyncSQLAlchemyDatasource.create(_async(url), engine_kwargs={"pool_size": most})

        @source.transaction
        async def add(key: str, step: int, item: str) -> str:
            await source.sql_session().execute(_INSERT, {"id": key, "step": step, "item": item})
            return item

        @DBOS.step()
        async def reserve(key: str, item: str) -> str:
            return f"{key}-{item}"

        @DBOS.step()
        async def pay(key: str, item: str) -> str:
            return f"{key}-{item}"

        @DBOS.workflow()
        async def calling(key: str, item: str) -> str:
            await reserve(key, item)
            paid = await pay(key, item)
            await add(key, 3, item)
            return paid

        @DBOS.workflow()
        async def writing(key: str, item: str) -> str:
            for number in 1, 2, 3:
                await add(key, number, item)
            return key

        workflow = calling if kind is Kind.CALLS else writing

        async def once(key: str) -> str:
            with SetWorkflowID(key):
                return await workflow(key, ITEM)

        DBOS.launch()
        yield in_the_loop(once)
        await source.engine.dispose()


@asynccontextmanager
async def in_own_threads(kind: Kind, place: Path | Server) -> AsyncGenerator[Caller]:
    """Plain functions, each caller in a thread."""
    with _prepared(place) as (url, most), ThreadPoolExecutor(most) as threads:
        source = SQLAlchemyDatasource.create(url, engine_kwargs={"pool_size": most})

        @source.transaction
        def add(key: str, step: int, item: str) -> str:
            source.sql_session().execute(_INSERT, {"id": key, "step": step, "item": item})
            return item

        @DBOS.step()
        def reserve(key: str, item: str) -> str:
            return f"{key}-{item}"

        @DBOS.step()
        def pay(key: str, item: str) -> str:
            return f"{key}-{item}"

        @DBOS.workflow()
        def calling(key: str, item: str) -> str:
            reserve(key, item)
            paid = pay(key, item)
            add(key, 3, item)
            return paid

        @DBOS.workflow()
        def writing(key: str, item: str) -> str:
            for number in 1, 2, 3:
                add(key, number, item)
            return key

        workflow = calling if kind is Kind.CALLS else writing

        def once(key: str) -> str:
            with SetWorkflowID(key):
                return workflow(key, ITEM)

        DBOS.launch()
        yield in_threads(once, threads)
        source.engine.dispose()


@contextmanager
def _prepared(place: Path | Server) -> Generator[tuple[str, int]]:
    """DBOS on a database with the table of the application, until the block ends: its URL, and how many connections a pool may have."""
    if isinstance(place, Path):
        file = place / "orders.sqlite3"
        connection = sqlite3.connect(file)
        # It stays so for all who open the file; `synchronous` is FULL anyway.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(TABLE)
        connection.close()
        url, most = f"sqlite:///{file}", 16
    else:
        url, most = place.url, place.most_connections
        engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            connection.execute(sa.text(TABLE))
        engine.dispose()
    config: DBOSConfig = {
        "name": "bench",
        "system_database_url": url,
        "sys_db_pool_size": most,
        "db_engine_kwargs": {"pool_pre_ping": False},
        "log_level": "ERROR",
        "enable_otlp": False,
    }
    DBOS(config=config)
    try:
        yield url, most
    finally:
        DBOS.destroy(destroy_registry=True)


def _async(url: str) -> str:
    return url.replace("sqlite://", "sqlite+aiosqlite://")
