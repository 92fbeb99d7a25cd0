"""Spans that processes of another make send: read as OTLP, in either of its forms, and turned into what is noted here.

`messages` says what is read of OTLP, `protobuf` reads its binary form into the same, `noted` makes traces of it. Source:
opentelemetry.io/docs/specs/otlp.
"""

from .messages import MOST_DEEP, NotOtlp, Request, read_json
from .noted import Arrived, Origin, arrived
from .protobuf import read_protobuf

__all__ = ["MOST_DEEP", "Arrived", "NotOtlp", "Origin", "Request", "arrived", "read_json", "read_protobuf"]
