"""In which form a caller speaks to a capability, and how it packs that: as its policy wants it, and the callee understands it."""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any, Final, TypeAlias

from msgspec import structs

from plures.contract import OperationDescription, Pairs
from plures.runtime.policy import MAX_BODY_BYTES, Policy, too_large
from plures.runtime.transport import Outgoing, Reply, TooLarge

from .forms import JSON, Binaries, Form, binary_form_of
from .packing import KNOWN, NotPacked, UnpacksTooLarge, pack, unpack
from .queries import MOST_URL_BYTES, as_get, url_bytes
from .replies import answer_of
from .words import COMPRESSED_FLAG, NOT_SENT, OK, PREFIX, envelope

_NOT_THIS_FORM: Final = 415
# What answers so to a GET may take a POST: a peer or a proxy that knows no GET here, that reads no URL or no head of that length.
_NO_GET: Final = 405
_URL_TOO_LONG: Final = (414, 431)
# A deployment that exchanges replicas is over by then.
_STAYS_S: Final = 60.0
# Each peer of the protocol reads it; of the others one is known by its answers.
_FIRST: Final = "gzip"
_DAMAGED: Final = Reply(500, b'{"code":"internal","message":"the answer is not packed as it says"}')
_LOG: Final = logging.getLogger("plures.calls")


Written: TypeAlias = Callable[[Form], Outgoing]
"""Writes the request of one call in a form."""


Ends: TypeAlias = Callable[[OperationDescription, Pairs], None]
"""Takes the headers of an answer that say that the operation is deprecated or will end."""


def unheard(operation: OperationDescription, headers: Pairs) -> None:
    """Takes them where no one listens."""
    del operation, headers


class OtherForm(Exception):
    """The callee does not speak the form of the request, which did not start."""


class Speech:
    """The form of the calls to one capability.

    Args:
        policy: Says whether the binary form is wanted.
        binaries: The binary forms; with None, all messages are JSON.
        ends: What takes the headers by which answers say that an operation is deprecated or will end.
    """

    def __init__(self, policy: Policy, binaries: Binaries | None, ends: Ends) -> None:
        self._ends = ends
        self._binaries = binaries if policy.binary else None
        self._forms: dict[str, Form] = {}
        self._json_until = 0.0
        self._url_bytes, self._short_until = MOST_URL_BYTES, 0.0
        self._pack_bytes = policy.pack_bytes
        self._packing = _FIRST
        self._has_told = False

    def form(self, operation: OperationDescription) -> Form:
        """The form of the next call of an operation."""
        if self._binaries is None or (self._json_until and monotonic() < self._json_until):
            return JSON
        form = self._forms.get(operation.path)
        if form is None:
            form = self._forms[operation.path] = self._found(operation, self._binaries)
        return form

    def form_of(self, outgoing: Outgoing) -> Form:
        """The form of a call that was written."""
        return self._forms[outgoing.path] if outgoing.mark else JSON

    def is_refused(self, operation: OperationDescription, outgoing: Outgoing, reply: Reply) -> bool:
        """Whether the callee does not take a request as it was sent, and it is to be written anew: as POST, or as JSON."""
        status = reply.http_status
        if outgoing.query and (status == _NO_GET or status in _URL_TOO_LONG):
            self._url_bytes = 0 if status == _NO_GET else url_bytes(outgoing) - 1
            self._short_until = monotonic() + _STAYS_S
            return True
        return bool(outgoing.mark) and self._is_refused(operation, reply)

    def _is_refused(self, operation: OperationDescription, reply: Reply) -> bool:
        """Whether the callee does not speak the binary form. Then JSON it is for a while: other replicas may be of its version too."""
        # A 415 of a stranger may be about anything; replicas of ours say that nothing has run.
        if reply.http_status != _NOT_THIS_FORM or reply.outcome != NOT_SENT:
            return False
        self._json_until = monotonic() + _STAYS_S
        if not self._has_told:
            self._has_told = True
            _LOG.warning(
                "calls of %s are JSON and not binary: the callee has another lock file, or none", operation.capability
            )
        return True

    def item_of(self, operation: OperationDescription, outgoing: Outgoing, reply: Reply) -> Any:
        """The item in a reply of a stream; raises `OtherForm` where the callee does not speak its form."""
        if self._is_refused(operation, reply):
            raise OtherForm
        return answer_of(operation, reply, self.form_of(outgoing))

    def _asked(self, operation: OperationDescription, outgoing: Outgoing) -> Outgoing | None:
        """The request of a query whose answer caches may keep, as GET; None where it must not be kept, or the URL would be too long."""
        # On whose behalf it is made is in a header, which some caches pass over.
        if outgoing.context:
            return None
        if self._short_until and monotonic() >= self._short_until:
            self._url_bytes, self._short_until = MOST_URL_BYTES, 0.0
        accepting = structs.replace(outgoing, accepts=", ".join(KNOWN)) if self._pack_bytes else outgoing
        if len(outgoing.body) <= self._url_bytes or self._pack_bytes:
            asked = as_get(operation, accepting, self._pack_bytes)
            if url_bytes(asked) <= self._url_bytes:
                return asked
        return None

    def packed(self, operation: OperationDescription, outgoing: Outgoing) -> Outgoing:
        """The request, packed where it is large enough, which says how its answer may be packed; as GET where caches may keep that."""
        if operation.declaration.cache_s and (asked := self._asked(operation, outgoing)) is not None:
            return asked
        if not self._pack_bytes:
            return outgoing
        outgoing = structs.replace(outgoing, accepts=", ".join(KNOWN))
        # With 1, all requests are packed: also those of no bytes, which the binary form has.
        if len(outgoing.body) < self._pack_bytes > 1:
            return outgoing
        if not outgoing.streams:
            return structs.replace(outgoing, body=pack(outgoing.body, self._packing), packed=self._packing)
        message = pack(outgoing.body[PREFIX.size :], self._packing)
        return structs.replace(outgoing, body=envelope(message, COMPRESSED_FLAG), packed=self._packing)

    def heard(self, operation: OperationDescription, reply: Reply) -> Reply:
        """The reply. What it says of the end of the operation is passed on."""
        if reply.ending:
            self._ends(operation, reply.ending)
        return reply

    def taken(self, operation: OperationDescription, outgoing: Outgoing, reply: Reply) -> Reply:
        """A unary reply as it is read on; raises `TooLarge`."""
        self.heard(operation, reply)
        return self._unpacked(outgoing, reply) if reply.encoding else reply

    def _unpacked(self, outgoing: Outgoing, reply: Reply) -> Reply:
        """A unary reply, unpacked where the request allowed that; raises `TooLarge`."""
        encoding = reply.encoding.decode("latin-1").lower()
        if not outgoing.accepts or encoding not in KNOWN:
            return reply
        # Who packs with it unpacks it too.
        self._packing = encoding
        limit = outgoing.max_answer_bytes if reply.http_status == OK else MAX_BODY_BYTES
        try:
            return structs.replace(reply, body=unpack(reply.body, encoding, limit), encoding=b"")
        except NotPacked:
            return _DAMAGED
        except UnpacksTooLarge:
            raise TooLarge(too_large("the answer", None, limit)) from None

    @staticmethod
    def _found(operation: OperationDescription, binaries: Binaries) -> Form:
        if operation.declaration.cache_s and operation.request.has_map:
            # Its bytes depend on the order of the keys, and so would the URL.
            return JSON
        binary = binaries.of(operation)
        why = binaries.why_not(operation) if binary is None else binary.loses
        if binary is not None and not why:
            return binary_form_of(binary)
        _LOG.warning("calls of %s are JSON and not binary: %s", operation.full_name, why)
        return JSON
