"""`[build]` → `ImageSettings`."""

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from plures.topology.key import Key
from plures.topology.section import Section

from . import rules
from .keys import (
    BASE,
    COMMAND,
    EXCLUDE,
    FILES,
    IMAGE_ENVIRONMENT,
    IMAGE_VARIABLE,
    LOCK,
    NAME,
    PACKAGES,
    PLATFORM,
    PROCESS,
    PROCESS_BASE,
    PROCESS_FILES,
    PROCESSES,
    PROJECTS,
    PYTHON,
)
from .values import BaseName, ImageSettings, ProcessImage

_LAYOUT: Final = "oci:"
_DIGEST: Final = re.compile(r"(?P<name>[^@]+)(@(?P<digest>sha256:[0-9a-f]{64}))?")
_PLATFORM: Final = re.compile(r"linux/[a-z0-9]+(/[a-z0-9]+)?")
_PYTHON: Final = re.compile(r"3\.\d{1,2}")
_IMAGE: Final = re.compile(r"[a-z0-9]+([._-]+[a-z0-9]+)*(:\d+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*")


def parse_images(section: Section, folder: Path) -> ImageSettings:
    """What the file says of images. What is wrong with it is in the section's violations."""
    python, name = section.get(PYTHON), section.get(NAME)
    platform = parse_platform(section.get(PLATFORM))
    if platform is None:
        section.report(rules.PLATFORM, PLATFORM.name, text=section.get(PLATFORM))
    if python is not None and not _PYTHON.fullmatch(python):
        section.report(rules.PYTHON, PYTHON.name, text=python)
    if name is not None and not _IMAGE.fullmatch(name):
        section.report(rules.NAME, NAME.name, text=name)
    table = section.inline(PROCESSES)
    return ImageSettings(
        base=_base(section, BASE, folder),
        lock=_path(section, LOCK.name, section.get(LOCK)),
        projects=_paths(section, PROJECTS),
        files=_paths(section, FILES),
        exclude=section.texts(EXCLUDE),
        packages=section.texts(PACKAGES),
        environment=_environment(section.inline(IMAGE_ENVIRONMENT)),
        platform=platform or ("linux", "amd64"),
        python=python,
        name=name,
        processes={name: _process(table.inline(PROCESS.named(name)), folder) for name in table.values},
    )


def parse_base(text: str, folder: Path) -> BaseName | None:
    """Which image a text names; None where it names none by its digest.

    Args:
        folder: What a path is relative to.
    """
    is_layout = text.startswith(_LAYOUT)
    match = _DIGEST.fullmatch(text.removeprefix(_LAYOUT))
    if match is None or not (is_layout or match["digest"]):
        return None
    return BaseName(text, folder / match["name"] if is_layout else None, match["digest"] or "")


def parse_platform(text: str) -> tuple[str, ...] | None:
    """Operating system and architecture; None where the text is no platform."""
    return tuple(text.split("/")) if _PLATFORM.fullmatch(text) else None


def _environment(section: Section) -> dict[str, str]:
    found = {name: section.get(IMAGE_VARIABLE.named(name)) for name in section.values}
    return {name: value for name, value in found.items() if value is not None}


def _process(section: Section, folder: Path) -> ProcessImage:
    return ProcessImage(section.get(COMMAND), _paths(section, PROCESS_FILES), _base(section, PROCESS_BASE, folder))


def _base(section: Section, key: Key[str | None], folder: Path) -> BaseName | None:
    text = section.get(key)
    base = None if text is None else parse_base(text, folder)
    if text is not None and base is None:
        section.report(rules.BASE, key.name, text=text)
    return base


def _paths(section: Section, key: Key[Sequence[str]]) -> tuple[str, ...]:
    return tuple(_path(section, key.name, text) for text in section.texts(key))


def _path(section: Section, key: str, text: str) -> str:
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts:
        section.report(rules.PATH, key, text=text)
    return str(path)
