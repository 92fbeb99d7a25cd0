"""What is said to a caller that is refused: who asks for what, and what would let it in. No message repeats a token."""

from collections.abc import Sequence
from typing import Final

from plures.errors import AccessDenied, Outcome, Unauthenticated

from .values import Caller, CallerKind

_SHOWN: Final = 100

_NO_TOKEN: Final = (
    "the caller does not say who it is. In the folder of the application, send the header "  # noqa: S105 - no secret
    '"Authorization: Bearer $(plures token)"; give callers from elsewhere a table [access.callers.NAME] in plures.toml'
)
_UNKNOWN_PEER: Final = (
    "the certificate of the caller is of {peer}, which is no process that may call this one; let plures.toml name it, as an external "
    "process of the topology or under [access.callers]"
)
_NO_BEARER: Final = "the Authorization header is not one Bearer token"
_UNKNOWN: Final = (
    "the token of the caller is not known here. Tokens of a run end with it, and each is for one process: "
    "`plures token` prints one that all processes of the present run take"
)


def unauthenticated(path: str, peer: str, authorization: bytes | None, token: bytes | None) -> Unauthenticated:
    """The refusal of a caller without an identity.

    Args:
        peer: The name in its certificate, which is not known here.
        token: In the header; None where there is no token in it.
    """
    if peer and authorization is None:
        return Unauthenticated(_shown(path), _UNKNOWN_PEER.format(peer=peer[:_SHOWN]), outcome=Outcome.NOT_SENT)
    why = _NO_TOKEN if authorization is None else _NO_BEARER if token is None else _UNKNOWN
    return Unauthenticated(_shown(path), why, outcome=Outcome.NOT_SENT)


def denied(path: str, caller: Caller) -> AccessDenied:
    """The refusal of a caller that may not call this."""
    return AccessDenied(_shown(path), f"{_who(caller)} may not call it: {_fix(path, caller)}", outcome=Outcome.NOT_SENT)


def denied_to_page(path: str, origin: str, callers: Sequence[Caller]) -> AccessDenied:
    """The refusal of a page that may not call this.

    Args:
        callers: Those with its origin; none where plures.toml does not name it.
    """
    if not callers:
        page = (
            f"a page of {origin[:_SHOWN]!r} asks" if origin else "a page of another site asks, and does not say which"
        )
        why = f"{page}, and this is published to no such page: origins of [access.callers] in plures.toml say to whose"
        return AccessDenied(_shown(path), why, outcome=Outcome.NOT_SENT)
    why = f"it is not published to pages of {origin[:_SHOWN]}: {_fix(path, callers[0])}"
    return AccessDenied(_shown(path), why, outcome=Outcome.NOT_SENT)


def page_without_token(path: str, caller: Caller, authorization: bytes | None, token: bytes | None) -> Unauthenticated:
    """The refusal of a page that shows no token, or another one.

    Args:
        caller: One that may call this.
        token: In the header; None where there is no token in it.
    """
    theirs = f'send the header "Authorization: Bearer …" with the token of [access.callers.{caller.name}]'
    why = f"the page does not say who it is: {theirs}" if authorization is None else _NO_BEARER
    if token is not None:
        why = f"the token of the page is not known here: {theirs}"
    return Unauthenticated(_shown(path), why, outcome=Outcome.NOT_SENT)


def _who(caller: Caller) -> str:
    return f"caller {caller.name!r}" if caller.kind is CallerKind.OUTSIDE else f"process {caller.name!r}"


def _fix(path: str, caller: Caller) -> str:
    service, _, operation = path.removeprefix("/").rpartition("/")
    *_, capability, _, contract = ["", "", "", *service.split(".")]
    if not capability:
        return "this page is for the commands of Plures alone"
    if caller.kind is CallerKind.OUTSIDE:
        return f'add "{capability}/{operation}" to may_call of [access.callers.{caller.name}] in plures.toml'
    if caller.kind is CallerKind.COMMAND:
        return f'add "{capability}/{operation}" to may_call of process {caller.name!r} in plures.toml'
    named = f"{contract} of {service.rpartition('.')[0]}"
    return f"no constructor of a capability in it names {named}, nor does its edge; let the one that calls ask for {contract}"


def _shown(path: str) -> str:
    return path.removeprefix("/")[:_SHOWN]
