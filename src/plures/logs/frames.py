"""Tracebacks as their reader needs them: the frames of the user's code; how many others were left out, and of which packages."""

import sysconfig
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path, PurePath
from traceback import FrameSummary, StackSummary, TracebackException
from types import FrameType
from typing import Final

_PLURES: Final = str(Path(__file__).parents[1])
_INSTALLED: Final = ("site-packages", "dist-packages")
_PYTHON: Final = "python"
_MOST_FRAMES: Final = 40
_own: Final[set[str]] = set()


def own_packages(import_string: str) -> None:
    """Take the package of an application for the user's code, also where it is installed among others."""
    _own.add(import_string.partition(":")[0].partition(".")[0])
    package_of.cache_clear()


@cache
def package_of(filename: str) -> str:
    """The package that a file of code belongs to; empty where it is the user's."""
    if filename.startswith("<"):
        return _PYTHON
    if filename.startswith(f"{_PLURES}/"):
        return "plures"
    parts = PurePath(filename).parts
    for at in range(len(parts) - 2, -1, -1):
        if parts[at] in _INSTALLED:
            name = parts[at + 1].removesuffix(".py")
            return "" if name in _own else name
    return _PYTHON if filename.startswith(_standard_library()) else ""


def trace_of(error: BaseException) -> str:
    """The traceback of an error and of those that led to it, in Python's form, with the frames of the user's code.

    An error in which there are none keeps all its frames: it is none of the user's.
    """
    try:
        told = TracebackException.from_exception(error, compact=True)
        left_out: list[str] = []
        if any(not package_of(frame.filename) for each in _with_causes(told) for frame in each.stack):
            for each in _with_causes(told):
                left_out += _keep_own(each)
        return "".join(told.format()).rstrip("\n") + _folded(left_out)
    except Exception as trouble:  # noqa: BLE001 - an error whose text raises must not take the log down with it
        return f"{type(error).__name__} (its traceback cannot be written: {type(trouble).__name__})"


def own_frames(frame: FrameType | None, most: int = 5) -> list[str]:
    """Where the code of a thread stands, in the user's frames, innermost first; in all its frames where none is the user's."""
    places: list[tuple[str, str]] = []
    while frame is not None:
        code = frame.f_code
        places.append((package_of(code.co_filename), f"{code.co_filename}:{frame.f_lineno} in {code.co_name}"))
        frame = frame.f_back
    own = [place for package, place in places if not package]
    return (own or [place for _, place in places])[:most]


def _with_causes(told: TracebackException) -> Iterator[TracebackException]:
    yield told
    context = None if told.__cause__ is not None or told.__suppress_context__ else told.__context__
    for inner in (told.__cause__, context, *(told.exceptions or ())):
        if inner is not None:
            yield from _with_causes(inner)


def _keep_own(told: TracebackException) -> list[str]:
    """Leave the user's frames in; the packages of the others, one for each frame."""
    packages = [package_of(frame.filename) for frame in told.stack]
    kept = [frame for frame, package in zip(told.stack, packages, strict=True) if not package]
    told.stack = StackSummary.from_list(_bounded(kept))
    return [package for package in packages if package]


def _bounded(frames: list[FrameSummary]) -> list[FrameSummary]:
    """Of an endless recursion, the two ends."""
    half = _MOST_FRAMES // 2
    return frames if len(frames) <= _MOST_FRAMES else [*frames[:half], *frames[-half:]]


def _folded(packages: Iterable[str]) -> str:
    names = [*packages]
    if not names:
        return ""
    return f"\n({len(names)} frame{'s' * (len(names) > 1)} of {', '.join(sorted(set(names)))} left out)"


@cache
def _standard_library() -> tuple[str, ...]:
    return tuple({f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platstdlib", "scripts")})
