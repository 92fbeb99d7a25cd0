"""The Connect protocol as bytes: its words, what caller and callee write, and what the caller reads.

It knows the numbers of HTTP statuses, and no more of HTTP than these. `plures.runtime` shows how the bytes look.
"""

from .answers import END_OF_STREAM, encoded_answer, end_of_stream, error_reply, error_that_crosses
from .replies import answer_of, check_form, overload_in, read_stream
from .requests import outgoing_of, request_builder
from .words import (
    COMPRESSED_FLAG,
    CONTEXT_HEADER,
    CRITICALITY_HEADER,
    HOPS_HEADER,
    HTTP_STATUS,
    NOT_SENT,
    OK,
    OUTCOME_HEADER,
    PREFIX,
    REQUEST_ID_HEADER,
    STREAM_TYPE,
    TIMEOUT_HEADER,
    UNARY_TYPE,
    VERSION_HEADER,
    criticality_of,
    envelope,
    header_lines,
    sane_request_id,
    timeout_ms,
)

__all__ = [
    "COMPRESSED_FLAG",
    "CONTEXT_HEADER",
    "CRITICALITY_HEADER",
    "END_OF_STREAM",
    "HOPS_HEADER",
    "HTTP_STATUS",
    "NOT_SENT",
    "OK",
    "OUTCOME_HEADER",
    "PREFIX",
    "REQUEST_ID_HEADER",
    "STREAM_TYPE",
    "TIMEOUT_HEADER",
    "UNARY_TYPE",
    "VERSION_HEADER",
    "answer_of",
    "check_form",
    "criticality_of",
    "encoded_answer",
    "end_of_stream",
    "envelope",
    "error_reply",
    "error_that_crosses",
    "header_lines",
    "outgoing_of",
    "overload_in",
    "read_stream",
    "request_builder",
    "sane_request_id",
    "timeout_ms",
]
