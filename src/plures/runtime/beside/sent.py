"""How the headers of a request are written, and read."""

from typing import Any

from plures.contract import Malformed, OperationDescription, Pairs
from plures.errors import InvalidRequest, Outcome

_MOST_SHOWN = 20


def sent_headers(operation: OperationDescription, value: Any) -> Pairs:
    """What the headers of a request say; raises `InvalidRequest`: nothing was sent."""
    declared = None if operation.beside is None else operation.beside.request
    if declared is None:
        return ()
    try:
        return declared.pairs(value)
    except Malformed as error:
        raise _broken(operation, error) from None


def read_headers(operation: OperationDescription, pairs: Pairs) -> dict[str, Any]:
    """The argument that the headers of a request are, by the name of its parameter; raises `InvalidRequest`: it did not start."""
    beside = operation.beside
    if beside is None or beside.request is None:
        return {}
    try:
        value = beside.request.read(pairs)
        if value is not None:
            return {beside.parameter: value}
        parameter = operation.signature.parameters[beside.parameter]
        return {} if parameter.default is not parameter.empty else {beside.parameter: beside.request.default()}
    except Malformed as error:
        raise _broken(operation, error) from None


def _broken(operation: OperationDescription, error: Malformed) -> InvalidRequest:
    shown = "; ".join(error.problems[:_MOST_SHOWN])
    return InvalidRequest(operation.full_name, f"its headers: {shown}", outcome=Outcome.NOT_SENT)
