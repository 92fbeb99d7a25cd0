"""Headers and trailers of a call in progress, the same in every placement.

    errors     why a service, or a caller, has no such headers
    sent       how the headers of a request are written, and read
    telling    how a service says it: `tell_headers`, `tell_trailers`
    hearing    how a caller hears it: `hear_headers`
    passing    calls by reference: `with_headers`

Of an operation that declares none, nothing here runs. Source: docs/adr/0043-headers.md
"""

from .errors import HeadersRefused
from .hearing import HeardHeaders, hear_headers, heard_here
from .passing import with_headers
from .sent import read_headers, sent_headers
from .telling import tell_headers, tell_trailers

__all__ = [
    "HeadersRefused",
    "HeardHeaders",
    "hear_headers",
    "heard_here",
    "read_headers",
    "sent_headers",
    "tell_headers",
    "tell_trailers",
    "with_headers",
]
