"""Where the certificate of a process comes from: the own authority, or files that others write."""

from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from msgspec.structs import replace

from .authority import CERTIFICATE, SKEW, load_authority
from .contexts import Pair
from .identity import half_of
from .pairs import read_pair


class OwnSource(msgspec.Struct, frozen=True):
    """The own authority, whose folder this process can read."""

    folder: Path
    name: str
    hosts: tuple[str, ...]
    life: timedelta

    def read(self, now: datetime, current: Pair | None = None) -> Pair:
        authority = load_authority(self.folder)
        if current is not None and not self._is_over(current, now):
            # The authority was replaced. All must trust the new one before any shows a certificate of it.
            return replace(current, trust=authority.trust)
        return authority.issue(self.name, self.hosts, self.life, now)

    def is_due(self, pair: Pair, now: datetime) -> bool:
        """At half of its life; at once where the clock went back before it, or the authority was replaced."""
        return self._is_over(pair, now) or _differs(self.folder / CERTIFICATE, pair.trust)

    def _is_over(self, pair: Pair, now: datetime) -> bool:
        return now >= half_of(pair, SKEW) or now < pair.since


class FileSource(msgspec.Struct, frozen=True):
    """Files that another authority writes, such as cert-manager or SPIRE. They may be symbolic links that are turned over."""

    certificate: Path
    key: Path
    trust: Path

    def read(self, now: datetime, current: Pair | None = None) -> Pair:
        del current
        return read_pair(self.certificate, self.key, self.trust, now)

    def is_due(self, pair: Pair, now: datetime) -> bool:
        """When they hold something else. Neither times nor names of files say that reliably."""
        del now
        known = ((self.certificate, pair.certificate), (self.key, pair.key), (self.trust, pair.trust))
        return any(_differs(path, data) for path, data in known)


def _differs(path: Path, known: bytes) -> bool:
    try:
        return path.read_bytes() != known
    except OSError:
        # A file that is gone is no better than the one that is known.
        return False
