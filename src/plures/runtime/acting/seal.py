"""A request context in a header: `v1.<key>.<until>.<JSON, base64url>.<signature>`.

HMAC-SHA256 by a key of the run binds it to the id of the request, so that it cannot be moved to another one, and until when it counts
to what it says. Each process of a run can sign. A callee takes any of the keys that it has, so that keys can be exchanged
one process after the other.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from secrets import token_bytes
from time import time
from typing import Final

from plures.contract import Malformed, TooDeep

from .acting import MOST_BYTES, Acting
from .kind import ContextKind, check

_VERSION: Final = "v1"
_PARTS: Final = 5
MOST_SEALED_BYTES: Final = MOST_BYTES * 4 // 3 + 128
"""Of the whole header."""

_SPARE_S: Final = 300
"""It counts for so long after the deadline of the call that it travels with: the clocks of two machines differ."""


_MOST_OPENED: Final = 256
"""So many that were found to be good are known again."""


class Forged(Exception):
    """It was not signed by a process of this run, not for this request, or counts no more."""


class Unreadable(Exception):
    """It was signed by this run, and is none of this application's all the same; or it is too long."""


def new_key() -> str:
    """A key of a run, as text."""
    return token_bytes(32).hex()


class Seal:
    """Signs the request contexts that leave a process, and checks those that arrive.

    Args:
        kind: The class that the application has declared; None for none, and then what arrives is passed over.
        keys: The first signs, each of them checks; hexadecimal.
        clock: Seconds since 1970.
    """

    def __init__(self, kind: ContextKind | None, keys: Sequence[str], clock: Callable[[], float] = time) -> None:
        self.kind = kind
        self._clock = clock
        secrets = [bytes.fromhex(key) for key in keys]
        # Each signature begins with a copy, since to make one from its key takes longer than to sign.
        self._keys = {
            sha256(secret).hexdigest()[:8].encode(): hmac.new(secret, digestmod="sha256") for secret in secrets
        }
        self._name, self._key = next((name.decode(), key) for name, key in self._keys.items())
        self._opened: dict[tuple[str, bytes], Acting] = {}

    def header(self, acting: Acting, request_id: str, remaining_s: float) -> str:
        """What travels with a call; raises `ContextMismatch`.

        Args:
            remaining_s: How long the call may take.
        """
        ends_at = self._clock() + remaining_s
        kept = acting.sealed
        # A request that calls often signs once; what arrived goes on as it came.
        if kept is not None and kept[0] is self and kept[1] == request_id and kept[2] >= ends_at + _SPARE_S / 2:
            return kept[3]
        check(acting, self.kind)
        until = int(ends_at + _SPARE_S)
        sealed = self._signed(acting.text, request_id, until)
        acting.sealed = self, request_id, until, sealed
        return sealed

    def header_of(self, text: str, request_id: str, remaining_s: float) -> str:
        """The same of JSON, for tools that do not know the class."""
        return self._signed(text, request_id, int(self._clock() + remaining_s + _SPARE_S))

    def _signed(self, text: str, request_id: str, until: int) -> str:
        body = urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
        signed = f"{_VERSION}.{self._name}.{until}.{body}"
        return f"{signed}.{_signature(self._key, request_id, signed.encode())}"

    def open(self, header: bytes, request_id: str) -> Acting | None:
        """What arrived with a call; None where the application has no request context.

        Raises:
            Forged, Unreadable: It is not to be believed.
        """
        if self.kind is None:
            return None
        # The calls of one request come with the same header.
        known = self._opened.get((request_id, header))
        if known is None:
            known = self._verified(self.kind, header, request_id)
            if len(self._opened) >= _MOST_OPENED:
                self._opened.clear()
            self._opened[request_id, header] = known
        if known.sealed is None or known.sealed[2] < self._clock():
            raise Forged("it counts no more, as the clock here says; those of two machines may differ by two minutes")
        return known

    def _verified(self, kind: ContextKind, header: bytes, request_id: str) -> Acting:
        if len(header) > MOST_SEALED_BYTES:
            raise Unreadable(f"it has {len(header):,} bytes, and {MOST_SEALED_BYTES:,} is the most")
        signed, _, signature = header.rpartition(b".")
        parts = signed.split(b".")
        if len(parts) != _PARTS - 1 or parts[0] != _VERSION.encode():
            raise Forged("it is not signed, or cut off")
        key = self._keys.get(parts[1])
        if key is None:
            raise Forged("another run has signed it")
        if not hmac.compare_digest(_signature(key, request_id, signed).encode(), signature):
            raise Forged("its signature does not fit it, or not this request")
        try:
            acting = kind.read(urlsafe_b64decode(parts[3] + b"==").decode())
        except (Malformed, TooDeep, ValueError) as error:
            raise Unreadable(f"it is not a {kind.python.__qualname__}: {error}") from None
        # What is signed has the form that `header` gives it.
        acting.sealed = self, request_id, int(parts[2]), header.decode()
        return acting


def _signature(key: hmac.HMAC, request_id: str, signed: bytes) -> str:
    signing = key.copy()
    signing.update(request_id.encode() + b"\n" + signed)
    return signing.hexdigest()
