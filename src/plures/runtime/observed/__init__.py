"""How calls are named where they are measured, how they ended, and what of their trace goes over the wire."""

from .measured import LOCAL, REMOTE, MeterFor, code_of, services_of, subject_of, unread
from .metered import metered_stream
from .spans import Span, kept_request, measured, request_of, resumed, step, within
from .tracing import told_of, trace_from

__all__ = [
    "LOCAL",
    "REMOTE",
    "MeterFor",
    "Span",
    "code_of",
    "kept_request",
    "measured",
    "metered_stream",
    "request_of",
    "resumed",
    "services_of",
    "step",
    "subject_of",
    "told_of",
    "trace_from",
    "unread",
    "within",
]
