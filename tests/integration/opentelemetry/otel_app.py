"""An application whose code makes spans of its own, and one that sets a provider of its own before it starts."""

import logging
import os
from typing import Any, Protocol

from opentelemetry import trace

from plures import Application, Capability, contract, query

if "OWN_PROVIDER" in os.environ:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    own = TracerProvider(resource=Resource({"service.name": "set by user code"}))
    own.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(os.environ["OWN_PROVIDER"])))
    trace.set_tracer_provider(own)

tracer = trace.get_tracer("otel_app")


@contract("otel.stock.v1", owner="tests")
class Stock(Protocol):
    @query(deadline_s=30)
    async def count(self, item: str) -> int: ...


@contract("otel.front.v1", owner="tests")
class Front(Protocol):
    @query(deadline_s=30)
    async def show(self, item: str) -> str: ...


class StockService(Stock):
    async def count(self, item: str) -> int:
        with tracer.start_as_current_span("look on the shelf") as span:
            span.set_attribute("shelf", item)
            logging.getLogger("otel_app.stock").warning("3 of %s left", item, extra={"shelf": item, "seen": {1, 2}})
            # What cannot be sent as it is, and would keep all else from being sent.
            logging.getLogger("otel_app.stock").info("lone \udcff", extra={"k\udcff": 1 << 70, "v": "\udcff"})
            if item == "broken":
                raise ValueError(item)
            return 3


class FrontService(Front):
    def __init__(self, stock: Stock) -> None:
        self._stock = stock

    async def show(self, item: str) -> str:
        trace.get_current_span().set_attribute("shop.item", item)
        with tracer.start_as_current_span("draw the page"):
            return str(await self._stock.count(item))


def edge(front: Front) -> Any:
    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        with tracer.start_as_current_span("greet"):
            text = await front.show(scope["path"].strip("/"))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": text.encode()})

    return answer


app = Application("otel", [Capability(Stock, StockService), Capability(Front, FrontService)], edge=edge)
