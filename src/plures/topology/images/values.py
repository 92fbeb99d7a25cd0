"""What plures.toml says of images, as values."""

from collections.abc import Mapping
from pathlib import Path

import msgspec


class BaseName(msgspec.Struct, frozen=True):
    """Which image is built on.

    Attributes:
        text: As it was written.
        path: The layout on this machine; None where a registry has it.
        digest: Of its index or manifest; empty only where a layout has one image.
    """

    text: str
    path: Path | None
    digest: str


class ProcessImage(msgspec.Struct, frozen=True):
    """The image of a process that a command starts.

    Attributes:
        command: What makes its files; None where they are there.
        files: Paths from the folder of plures.toml on.
        base: What it is built on; None where that of all is.
    """

    command: str | None = None
    files: tuple[str, ...] = ()
    base: BaseName | None = None


class ImageSettings(msgspec.Struct, frozen=True):
    """The table `[build]`.

    Attributes:
        base: What images are built on; None where the command line must say it.
        lock: File of the locked packages, from the folder of plures.toml on, as all paths here.
        projects: Folders of projects that are installed.
        files: What is copied; empty for the package of the application.
        exclude: Patterns of paths that are not.
        packages: Packages that are installed although nothing imports them.
        environment: Variables that all images set.
        platform: Operating system, architecture and, with some, a variant.
        python: As `3.12`; None for that of this process.
        name: What images are called; None for the name of the application.
        processes: Those in other languages, by name.
    """

    base: BaseName | None = None
    lock: str = "requirements.txt"
    projects: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    environment: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    platform: tuple[str, ...] = ("linux", "amd64")
    python: str | None = None
    name: str | None = None
    processes: Mapping[str, ProcessImage] = msgspec.field(default_factory=dict[str, ProcessImage])
