"""The one limit of the operating system that a program meets anywhere: how many files and connections it may have open."""

import errno
import os
import resource
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from .root import PluresError, Text


@dataclass(eq=False)
class TooManyFiles(PluresError):
    """The operating system lets this process, or this machine, open no more files and connections."""

    code = "errors.too_many_files"
    wording = Text(
        "Cannot open one more file or connection",
        why="the operating system allows this process {limit}",
        fix="Allow more, as with `ulimit -n 4096` (LimitNOFILE= in a unit of systemd), and start again.",
    )

    limit: int


def out_of_files(error: BaseException | None) -> TooManyFiles | None:
    """What to tell instead of an error that the lack of files has caused; None when it had other causes."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, TooManyFiles):
            return error
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
            return too_many_files()
        error = error.__cause__ or error.__context__
    return None


def none_left(files: int = 1) -> bool:
    """Whether so many files cannot be opened now. For libraries that do not say why a file could not be opened."""
    with ExitStack() as opened:
        try:
            for _ in range(files):
                opened.callback(os.close, os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
        except OSError as error:
            return error.errno in (errno.EMFILE, errno.ENFILE)
    return False


def too_many_files() -> TooManyFiles:
    """The error, with the limit of this process."""
    limit = 0
    with suppress(OSError):
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return TooManyFiles(limit)
