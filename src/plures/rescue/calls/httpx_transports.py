"""httpx: transports that have nothing to send to the network do not prepare for it.

Each client makes a TLS context of its own as soon as it is made: 0.7 MiB, and the certificates of all authorities read and parsed anew. A
client that only calls services of this process never needs it. So a transport with the usual arguments is set up when something
asks for what it holds.
"""

import os
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from inspect import signature
from typing import Any, Final, cast

from .replacing import replace

_LATER: Final = "plures_set_up"
_APART: Final = "plures_apart"
# By these the environment says what a TLS context holds, and it may say something else later.
_TLS_VARIABLES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")
_setting_up: Final = threading.RLock()


def make_patient(httpx: Any, undo: ExitStack) -> None:
    """Let transports that are made until `undo` closes wait with their preparations."""
    _make_patient(httpx.HTTPTransport, undo)
    _make_patient(httpx.AsyncHTTPTransport, undo)


def is_apart(transport: Any) -> bool:
    """Whether it sends everything to a proxy or to a socket of its own, and so nothing to the address of a request."""
    return _APART in vars(transport)


def _make_patient(owner: Any, undo: ExitStack) -> None:
    set_up = owner.__init__
    replace(undo, owner, "__init__", lambda _: _made(owner, set_up))
    # It stays: a transport may outlive the context, and then be asked for the first time.
    owner.__getattr__ = _asked_for(set_up)
    for name in ("__enter__", "__exit__", "close"):
        if hasattr(owner, name):
            replace(undo, owner, name, _entered if name == "__enter__" else _left)
    for name in ("__aenter__", "__aexit__", "aclose"):
        if hasattr(owner, name):
            replace(undo, owner, name, _entered_async if name == "__aenter__" else _left_async)


def _made(owner: Any, set_up: Any) -> Any:
    parameters = signature(set_up)

    def make(self: Any, *arguments: Any, **named: Any) -> None:
        given = parameters.bind(self, *arguments, **named).arguments
        if given.get("proxy") is not None or given.get("uds") is not None:
            vars(self)[_APART] = True
        if type(self) is owner and _may_wait(given):
            vars(self)[_LATER] = arguments, named
        else:
            set_up(self, *arguments, **named)

    return make


def _may_wait(given: Mapping[str, Any]) -> bool:
    """Whether nothing of it is checked when it is made, nor depends on when that is."""
    asks_environment = given.get("trust_env", True) and any(os.environ.get(name) for name in _TLS_VARIABLES)
    is_usual = isinstance(given.get("verify", True), bool) and given.get("cert") is None and given.get("proxy") is None
    return is_usual and not asks_environment


def _asked_for(set_up: Any) -> Any:
    def attribute(self: Any, name: str) -> Any:
        own = cast("dict[str, Any]", vars(self))
        with _setting_up:
            later = own.pop(_LATER, None)
            if later is not None:
                set_up(self, *later[0], **later[1])
            # Another thread may have been first.
            if name in own:
                return own[name]
        message = f"{type(self).__name__!r} object has no attribute {name!r}"
        raise AttributeError(message, name=name, obj=self)

    return attribute


def _entered(original: Any) -> Any:
    def entered(self: Any) -> Any:
        return self if _LATER in vars(self) else original(self)

    return entered


def _left(original: Any) -> Any:
    def left(self: Any, *error: Any) -> None:
        if _LATER not in vars(self):
            original(self, *error)

    return left


def _entered_async(original: Any) -> Any:
    async def entered(self: Any) -> Any:
        return self if _LATER in vars(self) else await original(self)

    return entered


def _left_async(original: Any) -> Any:
    async def left(self: Any, *error: Any) -> None:
        if _LATER not in vars(self):
            await original(self, *error)

    return left
