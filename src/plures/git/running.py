"""Git commands: their output at once or as it comes, and many objects by one command."""

import os
import subprocess
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO

from .errors import GitFailed

NO_REASON = "git gave no reason"

# A repository may be hostile. Git must start no hook, filesystem monitor, external diff, pager, credential prompt or lazy fetch.
_SAFE = (
    "--no-pager",
    "--no-optional-locks",
    "--literal-pathspecs",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "log.showSignature=false"),
    *("-c", "core.quotePath=false"),
    *("-c", "core.commitGraph=true"),
    *("-c", "core.excludesFile="),
    *("-c", "core.untrackedCache=false"),
    *("-c", "core.splitIndex=false"),
    *("-c", "log.showRoot=true"),
    *("-c", "log.follow=false"),
    *("-c", f"diff.orderFile={os.devnull}"),
    *("-c", "mailmap.file="),
    *("-c", "mailmap.blob="),
    *("-c", "i18n.logOutputEncoding=UTF-8"),
)
# Two users must get one map: the configuration of neither counts, but for the folders that they trust.
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


def run(folder: Path, *arguments: str, stdin: bytes | None = None) -> bytes:
    """The output of one git command.

    Raises:
        GitFailed: The command ended with an error, or there is no git.
    """
    try:
        # The program is fixed and the arguments are ours.
        finished = subprocess.run(  # noqa: S603
            _command(folder, arguments), input=stdin, capture_output=True, check=False, env=_environment()
        )
    except OSError as error:
        raise GitFailed(" ".join(arguments[:2]), error.strerror or NO_REASON) from None
    if finished.returncode != 0:
        raise _failed(arguments, finished.stderr)
    return finished.stdout


@contextmanager
def stream(folder: Path, *arguments: str) -> Generator[IO[bytes]]:
    """Standard output of a git command while it runs. Leaving the context ends the command.

    Raises:
        GitFailed: The command ended with an error after all of its output was read.
    """
    with subprocess.Popen(  # noqa: S603
        _command(folder, arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()
    ) as process:
        output, complaints = process.stdout, process.stderr
        # Both are pipes; this is for the type checkers.
        if output is None or complaints is None:  # pragma: no cover
            raise _failed(arguments, b"git has no output")
        try:
            yield output
            output.close()
            reason = complaints.read()
            if process.wait() != 0:
                raise _failed(arguments, reason)
        finally:
            if process.poll() is None:
                process.kill()


def read_blobs(folder: Path, blobs: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Contents of `blobs` in order, read by one process. Blobs that the repository lacks are left out.

    Yields:
        (blob id, bytes)
    """
    if not blobs:
        return
    wanted = "\n".join(dict.fromkeys(blobs)).encode() + b"\n"
    packed = run(folder, "cat-file", "--batch", "--buffer", stdin=wanted)
    position = 0
    while position < len(packed):
        end = packed.index(b"\n", position)
        header = packed[position:end].split()
        position = end + 1
        if header[-1] == b"missing":
            continue
        size = int(header[2])
        yield header[0].decode(), packed[position : position + size]
        position += size + 1


def _failed(arguments: Sequence[str], complaint: bytes) -> GitFailed:
    reason = complaint.decode(errors="replace").strip().split("\n")[0]
    return GitFailed(" ".join(arguments[:2]), reason or NO_REASON)


def _command(folder: Path, arguments: Sequence[str]) -> list[str]:
    return ["git", "-C", str(folder), *_SAFE, *arguments]


def _environment() -> dict[str, str]:
    own = _own_environment()
    trusted = _trusted_folders(tuple(sorted(own.items())))
    settings = {f"GIT_CONFIG_KEY_{i}": "safe.directory" for i in range(len(trusted))}
    values = {f"GIT_CONFIG_VALUE_{i}": folder for i, folder in enumerate(trusted)}
    return own | _ENVIRONMENT | settings | values | {"GIT_CONFIG_COUNT": str(len(trusted))}


def _own_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


@lru_cache(maxsize=1)
def _trusted_folders(environment: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The folders of other owners that the user or the machine told git to trust."""
    ask = ("config", "--null", "--get-all", "safe.directory")
    # At the root no repository is found whose own configuration would be asked.
    asked = subprocess.run(["git", "-C", "/", *ask], env=dict(environment), capture_output=True, check=False)  # noqa: S603, S607
    return tuple(os.fsdecode(folder) for folder in asked.stdout.split(b"\0")[:-1])
