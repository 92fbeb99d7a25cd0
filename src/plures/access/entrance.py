"""Whether the caller of one request may make it. Each remote call asks, so what is asked often is two look-ups.

A caller is found in a dictionary by the whole header that it sends, once its token has been recognised. How long that takes tells
nothing of other tokens: Python compares the bytes of two keys only where their hashes are equal, and until a token was recognised,
it is not in the dictionary; its SHA-256 is compared.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from plures.errors import AccessDenied, Unauthenticated
from plures.topology import EVERYTHING, Right, read_right

from .refusing import denied, unauthenticated
from .tokens import digest_of
from .values import Access, Caller, CallerKind

_SCHEME: Final = b"bearer"
# What the commands of Plures are called in the certificates that the authority of the run makes for them.
_TOOLS: Final = "plures/tools"
# What commands send their spans to: OTLP's path.
TRACES: Final = "/v1/traces"
# It is for callers that may read the whole listing.
LISTING: Final = "/contracts"

Paths = Mapping[str, Collection[str]]
"""Capability → the paths of its operations, in all versions of its contract."""


class _Known:
    """A caller, and the paths that it may ask for."""

    __slots__ = ("caller", "is_stranger", "may_all", "paths", "services")

    def __init__(self, caller: Caller, paths: frozenset[str], services: frozenset[str]) -> None:
        self.caller = caller
        self.paths = paths
        self.services = services
        self.may_all = caller.kind is CallerKind.TOOLS
        # Processes of the application count what they call by themselves.
        self.is_stranger = caller.kind is not CallerKind.PROCESS


class Entrance:
    """Who may call one replica.

    Args:
        application: Its name, which begins the names in certificates.
        operations: Those hosted here.
        deliveries: Those by which the capabilities here get events.
        arrived: Told of each request that is let in, but for those of the application's own processes: who makes it, and its path.
    """

    def __init__(
        self,
        access: Access,
        application: str,
        *,
        operations: Paths,
        deliveries: Paths,
        arrived: Callable[[Caller, str], None] = lambda _, __: None,
    ) -> None:
        self._arrived = arrived
        known = [_known(caller, operations, deliveries) for caller in access.callers]
        self._by_digest = {each.caller.digest: each for each in known if each.caller.digest}
        self._by_peer = {f"spiffe://{application}/{_name_in_certificates(each.caller)}": each for each in known}
        self._served = frozenset(path for paths in (operations, deliveries) for each in paths.values() for path in each)
        # Only headers of tokens that were recognised come in, so it stays as small as the number of callers.
        self._by_header: dict[bytes | None, _Known] = {}

    def refusal(self, path: str, peer: str, authorization: bytes | None) -> Unauthenticated | AccessDenied | None:
        """Why a request may not be made; None where it may.

        Args:
            peer: The name in the certificate of the connection; empty where there is none.
            authorization: The header of that name.
        """
        known = self._known(peer, authorization)
        if known is None:
            return unauthenticated(path, peer, authorization, token_in(authorization))
        if path in known.paths or known.may_all:
            if known.is_stranger:
                self._arrived(known.caller, path)
            return None
        # An operation that only the caller's version of the contract has is unknown, not forbidden.
        is_unknown = path not in self._served and path.rpartition("/")[0] in known.services
        return None if is_unknown else denied(path, known.caller)

    def admits(self, path: str, peer: str, authorization: bytes | None) -> bool:
        """Whether a request would be let in that has yet to arrive whole."""
        known = self._known(peer, authorization)
        return known is not None and (path in known.paths or known.may_all)

    def _known(self, peer: str, authorization: bytes | None) -> _Known | None:
        known = self._by_peer.get(peer) if peer else None
        if known is None:
            known = self._by_header.get(authorization)
        if known is None and (token := token_in(authorization)) is not None:
            return self._recognised(token, authorization)
        return known

    def _recognised(self, token: bytes, authorization: bytes | None) -> _Known | None:
        known = self._by_digest.get(digest_of(token))
        if known is not None and authorization == b"Bearer " + token:
            self._by_header[authorization] = known
        return known


def _name_in_certificates(caller: Caller) -> str:
    return _TOOLS if caller.kind is CallerKind.TOOLS else caller.name


def _known(caller: Caller, operations: Paths, deliveries: Paths) -> _Known:
    paths: set[str] = set()
    services: set[str] = set()
    if EVERYTHING in caller.may_call:
        paths.add(LISTING)
    if caller.kind is CallerKind.COMMAND:
        paths.add(TRACES)
    for right in operations if EVERYTHING in caller.may_call else caller.may_call:
        may = read_right(right)
        allowed = allowed_by(may, operations)
        paths.update(allowed)
        if not may.operation:
            services |= _services(allowed)
    for capability in caller.may_deliver_to:
        paths.update(deliveries.get(capability, ()))
    return _Known(caller, frozenset(paths), frozenset(services))


def allowed_by(right: Right, operations: Paths) -> list[str]:
    """The paths that a right lets its owner ask for."""
    return [path for path in operations.get(right.capability, ()) if right.is_for(path)]


def _services(paths: Iterable[str]) -> set[str]:
    return {path.rpartition("/")[0] for path in paths}


def token_in(authorization: bytes | None) -> bytes | None:
    """The token in a header, however its scheme is spelled."""
    scheme, _, token = (authorization or b"").strip().partition(b" ")
    token = token.strip()
    is_one = bool(token) and b" " not in token and b"," not in token
    return token if scheme.lower() == _SCHEME and is_one else None
