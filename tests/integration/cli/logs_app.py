"""An application that logs, and fails as its edge is asked to."""

import logging
import sys
import threading
import warnings
from typing import Any, Protocol

from plures import Application, Capability, Lifecycle, contract, query, request_id

LOG = logging.getLogger("shop")
LOG.info("imported")


@contract("logs.stock.v1", owner="tests")
class Stock(Protocol):
    @query(deadline_s=30)
    async def count(self, item: str) -> int: ...


@contract("logs.front.v1", owner="tests")
class Front(Protocol):
    @query(deadline_s=30)
    async def show(self, item: str) -> str: ...


class StockService(Stock):
    async def count(self, item: str) -> int:
        LOG.info("counting %s", item, extra={"item": item})
        if item == "broken":
            self._look(item)
        if item == "blocking":
            self._block()
        if item == "old":
            warnings.warn("old", stacklevel=1)
        sys.stdout.write("printed\n")
        sys.stdout.flush()
        return 3

    def _block(self) -> None:
        told = threading.Event()

        class Told(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                told.set()

        logging.getLogger("plures.blocked").addHandler(Told())
        told.wait(20)

    def _look(self, item: str) -> None:
        try:
            {}[item]
        except KeyError as error:
            message = "no such item"
            raise ValueError(message) from error


class FrontService(Front):
    def __init__(self, stock: Stock) -> None:
        self._stock = stock

    async def show(self, item: str) -> str:
        LOG.debug("showing %s", item)
        await self._stock.count(item)
        return str(request_id())


class StartFails(Front):
    def __init__(self, lifecycle: Lifecycle) -> None:
        lifecycle.on_start(self._fail)

    async def _fail(self) -> None:
        message = "not today"
        raise OSError(message)

    async def show(self, item: str) -> str:
        return item


def edge(front: Front) -> Any:
    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        item = scope["path"].strip("/")
        if item == "edge":
            message = "edge bug"
            raise RuntimeError(message)
        text = await front.show(item)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": text.encode()})

    return answer


app = Application("logs", [Capability(Stock, StockService), Capability(Front, FrontService)], edge=edge)
failing = Application("logs", [Capability(Front, StartFails)], edge=edge)
