"""Spans that processes of another make send: read as OTLP, in either of its forms, and turned into what is noted here.

`messages` says what is read of OTLP, `protobuf` reads its binary form into the same, `noted` makes traces of it. Source:
opentelemetry.io/docs/specs/otlp.
"""

from .messages import NotOtlp, Request, read_json
from .noted import Arrived, Origin, arrived
from .protobuf import read_protobuf

__all__ = ["Arrived", "NotOtlp", "Origin", "Request", "arrived", "read_otlp"]


def read_otlp(body: bytes, *, is_json: bool) -> Request:
    """An `ExportTraceServiceRequest`, in JSON or in its binary form; raises `NotOtlp`."""
    return read_json(body) if is_json else read_protobuf(body)
