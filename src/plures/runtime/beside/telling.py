"""How a service tells headers and trailers: from within the operation, before it answers or fails."""

from plures.contract import Headers, HeadersType, Malformed, OperationDescription, Pairs
from plures.runtime.context import Said, current

from .errors import HeadersRefused


def tell_headers(headers: Headers) -> None:
    """Send headers with the answer of the running operation, or with its error; those of the last call count.

    Raises:
        HeadersRefused: The operation does not declare that class, a value is none that a header can have, or the stream has begun.
    """
    said, operation = _running(headers)
    if said.is_begun:
        raise HeadersRefused(
            type(headers).__name__, operation.full_name, "the first item of its stream is out, and so are its headers"
        )
    said.headers = _pairs(headers, None if operation.beside is None else operation.beside.answer, operation)


def tell_trailers(trailers: Headers) -> None:
    """Send trailers after the answer of the running operation, after the last item of its stream, or after its error.

    Raises:
        HeadersRefused: The operation does not declare that class, or a value is none that a header can have.
    """
    said, operation = _running(trailers)
    said.trailers = _pairs(trailers, None if operation.beside is None else operation.beside.trailers, operation)


def _running(headers: Headers) -> tuple[Said, OperationDescription]:
    call = current.get()
    if call is None or call.operation is None:
        raise HeadersRefused(type(headers).__name__, "no operation", "no operation is running here")
    if call.said is None:
        raise HeadersRefused(
            type(headers).__name__, call.operation.full_name, "its contract declares no headers and no trailers"
        )
    return call.said, call.operation


def _pairs(headers: Headers, declared: HeadersType | None, operation: OperationDescription) -> Pairs:
    name = type(headers).__name__
    if declared is None or type(headers) is not declared.python:
        known = "none there" if declared is None else f"{declared.python.__name__} there"
        raise HeadersRefused(name, operation.full_name, f"its contract declares {known}")
    try:
        return declared.pairs(headers)
    except Malformed as error:
        raise HeadersRefused(name, operation.full_name, str(error)) from None
