"""Calls as GET: the request in the URL, so that caches know which answer belongs to which request. The same request is the same URL."""

from base64 import urlsafe_b64encode
from typing import Final
from urllib.parse import quote_from_bytes

from msgspec import json, structs

from plures.contract import OperationDescription
from plures.runtime.transport import Outgoing

from .forms import JSON
from .packing import pack

MOST_URL_BYTES: Final = 8_000
"""What the path and the query of a GET have at most: RFC 9110 asks all of HTTP for so much, and many proxies take little more."""
LOCK_PARAMETER: Final = "lock"
"""The mark of the lock in a URL: a cache must not give a caller what was written with other numbers than its own."""
# zstd is smaller, but whether a peer has it would change the URL.
_PACKING: Final = "gzip"


def as_get(operation: OperationDescription, outgoing: Outgoing, pack_bytes: int) -> Outgoing:
    """A request whose message is in the query of its URL."""
    body, packed = outgoing.body, ""
    if operation.request.has_map and outgoing.form == JSON.name:
        # The caller has put the keys of maps in any order.
        body = json.encode(json.decode(body), order="sorted")
    if pack_bytes and (len(body) >= pack_bytes or pack_bytes == 1):
        body, packed = pack(body, _PACKING), _PACKING
    if packed or outgoing.form != JSON.name:
        message = f"&message={urlsafe_b64encode(body).decode().rstrip('=')}"
        base64 = "&base64=1"
    else:
        base64, message = "", f"&message={quote_from_bytes(body, safe='')}"
    packing = f"&compression={packed}" if packed else ""
    mark = f"&{LOCK_PARAMETER}={outgoing.mark}" if outgoing.mark else ""
    # In the order that the protocol recommends, so that clients of all makes have the same URL.
    query = f"connect=v1{base64}{packing}&encoding={outgoing.form}{mark}{message}"
    return structs.replace(outgoing, body=body, packed=packed, query=query)


def url_bytes(outgoing: Outgoing) -> int:
    """How long the path and the query of a GET are."""
    return len(outgoing.path) + 1 + len(outgoing.query)
