"""How calls are named for OpenTelemetry: its conventions for RPC, and what only Plures knows.

Source: opentelemetry.io/docs/specs/semconv/rpc/connect-rpc.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from opentelemetry.trace import SpanKind, Status, StatusCode

from plures.telemetry import SpanKind as Kind
from plures.telemetry import Subject, is_fault

RPC_SYSTEM: Final = "connect_rpc"
RPC_CODE: Final = "rpc.connect_rpc.error_code"
ERROR: Final = "plures.error"
ERROR_TYPE: Final = "error.type"

KINDS: Final[Mapping[Kind, SpanKind]] = {
    Kind.SERVER: SpanKind.SERVER,
    Kind.CLIENT: SpanKind.CLIENT,
    Kind.INTERNAL: SpanKind.INTERNAL,
    Kind.PRODUCER: SpanKind.PRODUCER,
    Kind.CONSUMER: SpanKind.CONSUMER,
}


class Name(NamedTuple):
    """What all spans of a subject have."""

    name: str
    kind: SpanKind
    attributes: Mapping[str, str]


def name_of(subject: Subject, services: Mapping[str, str]) -> Name:
    """What the spans of a subject are called.

    Args:
        services: An operation, as in `search/Find` → its service, as in `shop.search.v1.Search`.
    """
    said = {
        "plures.capability": subject.capability,
        "plures.caller": subject.caller,
        "plures.placement": subject.placement,
    }
    name = subject.name
    if subject.contract:
        service = services.get(f"{subject.contract}/{name}", subject.contract)
        method = name.rpartition("/")[2]
        said |= {"rpc.system": RPC_SYSTEM, "rpc.service": service, "rpc.method": method}
        name = f"{service}/{method}"
    return Name(name, KINDS[subject.kind], {key: value for key, value in said.items() if value})


def ended_as(code: str) -> tuple[Mapping[str, str], Status | None]:
    """What is said of a call that ended with a code; a declared error is an answer, and no error of the span."""
    if not code:
        return {}, None
    if is_fault(code):
        return {RPC_CODE: code, ERROR_TYPE: code}, Status(StatusCode.ERROR, code)
    return {ERROR: code}, None
