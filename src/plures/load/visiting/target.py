"""Where an application answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from plures.errors import PluresError, Text
from plures.tls import Recognising


@dataclass(frozen=True)
class Target:
    """Where visitors ask.

    Attributes:
        public: Base URL of the pages; empty where there are none.
        capabilities: Capability → base URLs where its operations answer; empty where only pages are known.
        tokens: Base URL → the token to call it with.
        tls: How processes are recognised by TLS.
        context_key: By which request contexts are signed; empty where it is not known.
        ca: Certificates, as PEM, that pages are trusted by besides those of the system.
    """

    public: str = ""
    capabilities: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    tokens: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    tls: Recognising | None = None
    context_key: str = field(default="", repr=False)
    ca: bytes = b""


@dataclass(eq=False)
class NotConnected(PluresError):
    """A journey asks for what the target does not have."""

    code = "load.not_connected"
    wording = Text("The journey cannot ask for {wanted}", why="{reason}", fix="{remedy}")

    wanted: str
    reason: str
    remedy: str
