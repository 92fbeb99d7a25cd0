"""An existing service, as plures.toml names it."""

from collections.abc import Mapping
from pathlib import Path

import msgspec


class Service(msgspec.Struct, frozen=True):
    """An ASGI service that exists already.

    Attributes:
        app: Import string of its application, `package.module:attribute`, with `()` behind where that is a factory.
        folder: Where its imports begin, and the folder that it is started in.
        addresses: Base URLs by which others call it.
        environment: Its variables.
        environment_file: A file with more of them.
        public: Host and port where it also answers from outside.
        thread: Whether it runs on an event loop and in a thread of its own.
        accepted: Codes of clashes that may be.
    """

    name: str
    app: str
    folder: Path
    addresses: tuple[str, ...] = ()
    environment: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    environment_file: Path | None = None
    public: tuple[str, int] | None = None
    thread: bool = False
    accepted: tuple[str, ...] = ()
