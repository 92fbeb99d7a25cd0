"""A service in Go takes part in traces, as `plures new service` gives it."""

import asyncio
from functools import partial

import pytest

from tests.integration.opentelemetry.otlp import otlp_receiver
from tests.interop import traced

from .peer import GoPeer, further, go_depot
from .test_services import LIMIT_S, ask, client_of

pytestmark = pytest.mark.go


async def test_it_takes_part_in_traces_and_tells_of_its_spans(go: GoPeer) -> None:
    with otlp_receiver() as receiver:
        told = {"PLURES_TELEMETRY_URL": receiver.url, "PLURES_TELEMETRY_TOKEN": "told", "PLURES_PROCESS": "depot.1"}
        async with (
            further() as (url, heard),
            go_depot(go, PLURES_FURTHER_URL=url, **told) as server,
            client_of(server) as client,
        ):
            asking = partial(ask, client)
            await traced.pass_a_trace_on(asking, heard.get, receiver, "depot.1")
            await traced.tell_how_calls_end(asking, receiver, ("Lift", {"weightG": "-2"}))
            await traced.go_on_without_a_receiver(asking, receiver)
            assert server.process.stderr is not None
            lines = ["", ""]
            while "spans cannot be sent" not in lines[-1]:
                lines.append((await asyncio.wait_for(server.process.stderr.readline(), LIMIT_S)).decode())
            assert traced.said_once(lines)
