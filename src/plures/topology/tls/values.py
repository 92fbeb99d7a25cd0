"""TLS of plures.toml, and what one process needs of it, as values."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

TRUSTED: Final = "authority.crt"
"""File in the folder of the own authority that says whom to trust."""


class Tls(msgspec.Struct, frozen=True):
    """TLS between machines.

    Attributes:
        authority: Folder of the own authority; None where the files come from another one.
        hours: How long certificates of the own authority live.
        certificate: File of the certificate, of an outside authority.
        key: File of its key.
        trust: File of the authorities to trust.
    """

    authority: Path | None = None
    hours: float = 24.0
    certificate: Path | None = None
    key: Path | None = None
    trust: Path | None = None

    @property
    def trusted(self) -> Path:
        """File of the authorities to trust."""
        return self.files[2] if self.authority is None else self.authority / TRUSTED

    @property
    def files(self) -> tuple[Path, Path, Path]:
        """Those of an outside authority."""
        return self.certificate or Path(), self.key or Path(), self.trust or Path()


class PlacedTls(msgspec.Struct, frozen=True):
    """TLS of one process.

    Attributes:
        process: Its name.
        hosts: Host names and addresses under which it is called.
        peers: Base URL → which process of the application answers there, or its whole SPIFFE name.
    """

    tls: Tls
    process: str
    hosts: tuple[str, ...] = ()
    peers: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
