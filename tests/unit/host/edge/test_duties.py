"""What a lifespan does that is meant to be done once is found without running it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import alembic.command
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette

from plures.host.edge.duties import once_duties

OWN = {__name__.partition(".")[0]}


def upgrade() -> None:
    config: Any = None
    alembic.command.upgrade(config, "head")


@asynccontextmanager
async def migrating(_: Any) -> AsyncIterator[None]:
    upgrade()
    yield


@asynccontextmanager
async def scheduling(_: Any) -> AsyncIterator[None]:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-not-found]

    AsyncIOScheduler().start()
    yield


@asynccontextmanager
async def harmless(_: Any) -> AsyncIterator[None]:
    yield


class Base:
    metadata: Any = None


def makes_tables() -> None:
    Base.metadata.create_all()


def test_what_a_lifespan_calls_is_found() -> None:
    assert once_duties(Starlette(lifespan=migrating), OWN) == (f"{__name__}.upgrade has migrations by alembic",)
    assert once_duties(FastAPI(lifespan=scheduling), OWN) == (f"{__name__}.scheduling has a scheduler of apscheduler",)


def test_a_router_and_an_old_handler_count() -> None:
    app = FastAPI()
    app.include_router(APIRouter(lifespan=migrating))
    app.router.on_startup.append(makes_tables)
    assert {duty.partition(" has ")[2] for duty in once_duties(app, OWN)} == {
        "migrations by alembic",
        "create_all() of SQLAlchemy",
    }


def test_nothing_is_found_where_nothing_is() -> None:
    assert once_duties(FastAPI(lifespan=harmless), OWN) == ()
    assert once_duties(Starlette(), OWN) == ()
    assert once_duties(lambda *_: None, OWN) == ()
