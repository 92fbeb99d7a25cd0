"""The seam to the HTTP library: all that remote calls need of it, and its failures in our words."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import BuilderError, ClientClosedError, ConnectError, ConnectTimeoutError, PyreqwestError

from .connect import OUTCOME_HEADER

_CONNECT_TIMEOUT_S: Final = 1.0
# Shorter than the servers keep idle connections (deploy.serving), so that we never write into one that is being closed.
_IDLE_S: Final = 30.0


class NotSent(Exception):
    """The request did not reach the peer."""


class Broken(Exception):
    """The connection broke after the request was, or may have been, sent."""


@dataclass(frozen=True)
class Reply:
    """What a peer answered."""

    http_status: int
    body: bytes
    outcome: str | None = None


class Transport(Protocol):
    """Carries requests to peers. Cancelling a call gives it up on the wire too."""

    async def unary(self, url: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """POST a request and read the whole answer; raises `NotSent` or `Broken`."""
        ...

    def stream(self, url: str, path: str, headers: Mapping[str, str], body: bytes) -> AsyncGenerator[Reply, None]:
        """POST a request; yield the status with an empty body first, then chunks as they come; raises `NotSent` or `Broken`."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class HttpTransport:
    """HTTP/1.1 by pyreqwest, with one pool of connections."""

    def __init__(self) -> None:
        self._client: Client = (
            ClientBuilder()
            .connect_timeout(timedelta(seconds=_CONNECT_TIMEOUT_S))
            .pool_idle_timeout(timedelta(seconds=_IDLE_S))
            .follow_redirects(False)
            .no_proxy()
            .build()
        )

    async def unary(self, url: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        try:
            request = self._client.post(url + path).headers(headers).body_bytes(body).build()
            response = await request.send()
            content = (await response.bytes()).to_bytes()
        except PyreqwestError as error:
            raise _translated(error) from None
        status = response.status
        return Reply(status, content, None if status == 200 else response.get_header(OUTCOME_HEADER))  # noqa: PLR2004 - OK

    async def stream(self, url: str, path: str, headers: Mapping[str, str], body: bytes) -> AsyncGenerator[Reply, None]:
        try:
            request = self._client.post(url + path).headers(headers).body_bytes(body).build_streamed()
            async with request as response:
                yield Reply(response.status, b"", response.get_header(OUTCOME_HEADER))
                while (chunk := await response.body_reader.read_chunk()) is not None:
                    yield Reply(response.status, chunk.to_bytes())
        except PyreqwestError as error:
            raise _translated(error) from None

    async def close(self) -> None:
        await self._client.close()


def _translated(error: PyreqwestError) -> Exception:
    if isinstance(error, ConnectError | ConnectTimeoutError | BuilderError | ClientClosedError):
        return NotSent(str(error))
    return Broken(str(error))
