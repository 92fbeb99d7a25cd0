"""What every kit does with traces: it passes the context of W3C on, and tells of its spans; asked of a service that calls another one further on."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from tests.integration.opentelemetry.otlp import Received, Receiver

TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT: Final = "00f067aa0ba902b7"
ASKED: Final = ("NextId", {"lastId": "1", "label": "further"})
NEXT: Final = "interop.depot.v1.Depot/NextId"
LIFT: Final = "interop.depot.v1.Depot/Lift"
SERVER, CLIENT, ERROR = 2, 3, 2

Ask = Callable[..., Awaitable[Any]]
Heard = Callable[[], Awaitable[Mapping[str, str]]]


async def pass_a_trace_on(ask: Ask, heard: Heard, receiver: Receiver, process: str) -> None:
    """What came in goes on, below the span that is told of."""
    beside = {"tracestate": "vendor=1", "baggage": "customer=c-1"}
    answer = await ask(*ASKED, traceparent=f"00-{TRACE}-{PARENT}-01", **beside)
    assert answer.json() == {"value": "7"}
    found = await heard()
    assert {name: found[name] for name in beside} == beside
    version, trace, above, flags = found["traceparent"].split("-")
    assert (version, trace, flags) == ("00", TRACE, "01")
    spans = {each.kind: each for each in receiver.wait(2)}
    served, called = spans[SERVER], spans[CLIENT]
    assert (served.trace, served.parent, served.name, served.status) == (TRACE, PARENT, NEXT, 0)
    assert (called.trace, called.parent, called.name, called.id) == (TRACE, served.id, NEXT, above)
    assert served.attributes["plures.capability"] == called.attributes["plures.caller"] == "depot"
    assert (served.attributes["rpc.service"], served.attributes["rpc.method"]) == tuple(NEXT.split("/"))
    assert served.resource["service.instance.id"] == process
    assert receiver.headers[0]["authorization"] == "Bearer told"


async def tell_how_calls_end(ask: Ask, receiver: Receiver, failing: tuple[str, dict[str, str]]) -> None:
    """Declared errors are answers, others are faults; a trace that is not sampled is told of as one.

    Args:
        failing: What to ask for an error that the contract does not declare.
    """
    many = len(receiver.spans)
    await ask("Lift", {"weightG": "5000"}, traceparent=f"00-{TRACE}-{PARENT}-01")
    await ask(*failing, traceparent=f"00-{TRACE}-{PARENT}-00")
    await ask("NextId", {"lastId": "many"}, traceparent=f"00-{TRACE}-{PARENT}-zz", x_request_id="r-1")
    declared, broken, refused = sorted(receiver.wait(many + 3)[many:], key=lambda it: ORDER.index(code_of(it)))
    assert (declared.name, declared.status, "plures.sampled" in declared.attributes) == (LIFT, 0, False)
    assert (broken.status, broken.trace) == (ERROR, TRACE)
    # What cannot be read begins a trace of its own.
    assert (refused.parent, refused.trace != TRACE, len(refused.trace)) == ("", True, 32)
    assert all("plures.sampled" in each.attributes for each in (broken, refused))


ORDER: Final = ("TooHeavy", "internal", "invalid_argument")


def code_of(span: Received) -> str:
    return span.attributes.get("plures.error") or span.attributes["rpc.connect_rpc.error_code"]


async def go_on_without_a_receiver(ask: Ask, receiver: Receiver) -> None:
    """It refuses what is sent; calls are answered as before."""
    receiver.status = 503
    many = len(receiver.headers)
    assert (await ask("Lift", {"weightG": "1"}, traceparent=f"00-{TRACE}-{PARENT}-01")).status_code == 200
    receiver.wait_for(lambda: len(receiver.headers) > many)
    assert (await ask("Lift", {"weightG": "1"})).status_code == 200


def said_once(lines: list[str]) -> bool:
    """Whether the log tells that spans are lost, in one line."""
    return [json.loads(line)["level"] for line in lines if "spans cannot be sent" in line] == ["warning"]
