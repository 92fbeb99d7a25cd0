"""Requests over HTTP, by a client that costs little: the load comes from the machine that is measured, more often than not."""

from collections.abc import Mapping
from datetime import timedelta
from types import TracebackType
from typing import Final, Self

from pyreqwest.client import ClientBuilder
from pyreqwest.exceptions import BuilderError, ConnectError, DetailedPyreqwestError, PoolTimeoutError, PyreqwestError

from plures.errors import PluresError

from .answer import Answer
from .steps import StepFailed

_IDLE_S: Final = 20.0
_SAID: Final = {
    # What the system says → what it means here.
    "Cannot assign requested address": "no free port on this machine",
    "os error 99": "no free port on this machine",
    "Too many open files": "too many open files: raise `ulimit -n`, or lower --connections",
    "Connection refused": "connection refused",
    "dns error": "the name of the host is not known",
    "Connection reset": "connection broken",
    "connection closed": "connection broken",
    "IncompleteMessage": "connection broken",
    "certificate": "its certificate is not trusted",
}


class NotTrusted(PluresError):
    """What is named as a certificate is none."""

    code = "load.not_trusted"


class Web:
    """Connections to one site, shared by all visitors. Redirects are not followed, and proxies not used.

    Args:
        base: Base URL.
        connections: At most so many at once; who needs one more waits, and that counts.
        timeout_s: Longest wait for an answer.
        ca: Certificates, as PEM, that it is trusted by besides those of the system.

    Raises:
        NotTrusted: There is no certificate in `ca`.
    """

    def __init__(self, base: str, *, connections: int, timeout_s: float, ca: bytes = b"") -> None:
        self._base = base.rstrip("/")
        limit = timedelta(seconds=timeout_s)
        builder = ClientBuilder().no_proxy().follow_redirects(enable=False).timeout(limit).connect_timeout(limit)
        builder = builder.max_connections(connections).pool_timeout(limit).pool_max_idle_per_host(connections)
        if ca:
            builder = builder.add_root_certificate_pem(_certificates(ca))
        self._http = builder.pool_idle_timeout(timedelta(seconds=_IDLE_S)).user_agent("plures-load").build()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._http.close()

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[Answer, list[str]]:
        """The answer, whatever its status, and its `Set-Cookie` headers.

        Raises:
            StepFailed: There was none.
        """
        try:
            request = self._http.request(method, self._base + path).headers(headers)
            if body is not None:
                request = request.body_bytes(body)
            answer = await request.build().send()
            content = bytes(await answer.bytes())
        except PyreqwestError as error:
            raise StepFailed(_told(error)) from error
        said = answer.headers
        return Answer(answer.status, {name: said[name] for name in said}, content), answer.get_header_all("set-cookie")


def _certificates(pem: bytes) -> bytes:
    if b"-----BEGIN CERTIFICATE-----" not in pem:
        raise NotTrusted("There is no certificate in what the pages are to be trusted by", fix="Name a file of PEM.")
    return pem


def _told(error: PyreqwestError) -> str:
    """Why there was no answer, in words of which there are few."""
    if isinstance(error, PoolTimeoutError):
        return "no free connection in time"
    if isinstance(error, TimeoutError):
        return "timed out"
    causes = [error.message]
    if isinstance(error, DetailedPyreqwestError):
        causes += [each["message"] for each in (error.details or {}).get("causes") or []]
    whole = " · ".join(causes)
    for text, meaning in _SAID.items():
        if text.lower() in whole.lower():
            return meaning
    if isinstance(error, BuilderError):
        return f"no request: {causes[-1]}"
    kind = "not connected" if isinstance(error, ConnectError) else "connection broken"
    return f"{kind}: {causes[-1]}"
