"""The ways to run the same marketplace."""

from enum import StrEnum

from bench.checkout.by_hand import ordering_by_hand
from plures.application import Application, load


class Kind(StrEnum):
    """How it is deployed. The values are the names in tables."""

    ONE_PROCESS = "Plures, one process"
    PLAIN = "one Starlette process, no platform"
    SPLIT = "Plures, all services"
    FASTAPI = "FastAPI + httpx services"
    RESCUE = "the same services, one process"
    AIOHTTP = "FastAPI + aiohttp services"
    GRPC = "gRPC aio services"


class Storage(StrEnum):
    """Where its data is. The values are import strings of the application."""

    MEMORY = "marketplace.in_memory:app"
    SQLITE = "marketplace.app:app"


def application(storage: Storage) -> Application:
    """The marketplace with this storage."""
    return load(storage.value)


def plain_application(storage: Storage) -> Application:
    """What can run without a host of Plures: on disk its checkout is written by hand, and no capability hears of an order."""
    shop = application(storage)
    return shop if storage is Storage.MEMORY else ordering_by_hand(shop)
