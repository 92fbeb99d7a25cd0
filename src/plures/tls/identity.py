"""Who this process is toward others: its certificate, renewed while it runs, and how it recognises its peers."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final, Protocol

from .contexts import Contexts, Pair, contexts_of, said
from .errors import TlsError
from .toward import MOST_AGE_S, Toward, toward

LOOK_S: Final = 10.0
"""How often a process looks whether its certificate is due, in seconds. It does not rely on being told: messages about files get lost."""
_RETRY_S: Final = 60.0
_log = logging.getLogger("plures.tls")


class Source(Protocol):
    """Where certificates come from."""

    def read(self, now: datetime, current: Pair | None = None) -> Pair:
        """A pair that is good now, in place of the current one; raises `TlsError` or `OSError`."""
        ...

    def is_due(self, pair: Pair, now: datetime) -> bool:
        """Whether another pair should be read."""
        ...


class Identity:
    """The identity of one process, `Recognising`. `keep` renews it.

    Args:
        peers: Base URL → the SPIFFE name of who answers there. Others are recognised by host name.

    Attributes:
        name: Its SPIFFE name.
        contexts: For connections that begin now.
        until: When its certificate ends.
    """

    def __init__(
        self,
        source: Source,
        name: str,
        peers: Mapping[str, str],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Raises `TlsError` where there is no pair that is good now."""
        self.name = name
        self._source = source
        self._peers = peers
        self._now = now
        self._trouble = ""
        self._next_try = 0.0
        self._pair = source.read(now())
        self.contexts: Contexts = contexts_of(self._pair)

    @property
    def until(self) -> datetime:
        return self._pair.until

    def client(self) -> ssl.SSLContext:
        """For the next connection to a peer of ours."""
        return self.contexts.client

    def toward(self, url: str) -> Toward:
        """How the peer at a base URL is recognised."""
        return toward(url, self._peers, self)

    def left_s(self) -> float:
        """How long a connection that begins now may live."""
        return min(MOST_AGE_S, (self.until - self._now()).total_seconds())

    async def keep(self) -> None:
        """Renew until cancelled. It waits the same time between two looks whatever the clock of the machine does."""
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()

    def look(self) -> None:
        """Take another pair where one is due. One that cannot be taken is told of, and the old one stays."""
        now = self._now()
        if not self._source.is_due(self._pair, now):
            if now >= self.until:
                self._tell(f"nothing has renewed the certificate of {self.name}")
            return
        if self._trouble and monotonic() < self._next_try:
            return
        try:
            pair = self._source.read(now, self._pair)
            self.contexts = contexts_of(pair)
        except (TlsError, OSError) as error:
            self._next_try = monotonic() + _RETRY_S
            fix = f" fix: {error.fix}" if isinstance(error, TlsError) else ""
            why = f"{error.what}: {error.why}" if isinstance(error, TlsError) else error.strerror or str(error)
            self._tell(f"the certificate of {self.name} is not renewed: {why}.{fix}")
            return
        self._pair, self._trouble = pair, ""
        _log.info("%s shows a certificate that is good until %s", self.name, said(pair.until))

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            state = "ended at" if self._now() >= self.until else "is good until"
            _log.warning("%s The one in use %s %s", trouble.removesuffix(".") + ".", state, said(self.until))


def half_of(pair: Pair, skew: timedelta) -> datetime:
    """When half of the life of a certificate is over that was dated back."""
    begun = pair.since + skew
    return begun + (pair.until - begun) / 2
