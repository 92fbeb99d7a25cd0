"""How a command gives a run an order, or asks it what runs."""

import socket
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from .errors import RunGone, RunSilent, met
from .messages import Alive, Answer, Done, Failed, Order, Said, Show, Shown

_SILENT_S: Final = 30.0
"""A run says every other second that it goes on; one that is busy may be late."""

_answers: Final[msgspec.json.Decoder[Answer]] = msgspec.json.Decoder(Answer)


def order(path: Path, what: Order, pid: int = 0, *, silent_s: float = _SILENT_S) -> Generator[str]:
    """Give a run an order; what it says meanwhile. Returns when it is carried out.

    Args:
        pid: The process that runs it.
        silent_s: For how long it may say nothing at all.

    Raises:
        OrderFailed, InvalidInput: It says why it did not do it.
        RunGone: It does not answer, or ended before it said how it went.
        RunSilent: It is there, and says nothing.
    """
    with _answers_to(path, what, pid, silent_s) as answers:
        for answer in answers:
            match answer:
                case Said(text=text):
                    yield text
                case Failed():
                    raise met(answer)
                case Done():
                    return
                case Alive() | Shown():
                    pass
    raise RunGone("it ended before it said how it went")


def ask(path: Path, pid: int = 0, *, silent_s: float = _SILENT_S) -> Shown:
    """What runs. Raises `RunGone` or `RunSilent`."""
    with _answers_to(path, Show(), pid, silent_s) as answers:
        for answer in answers:
            if isinstance(answer, Shown):
                return answer
    raise RunGone("it ended before it said what runs")


@contextmanager
def _answers_to(path: Path, what: Order | Show, pid: int, silent_s: float) -> Generator[Iterator[Answer]]:
    if is_halted(pid):
        raise silent(pid, 0)
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(silent_s)
        try:
            sock.connect(str(path))
            sock.sendall(msgspec.json.encode(what) + b"\n")
            with sock.makefile("rb") as lines:
                yield (_read(line) for line in lines)
        except TimeoutError as error:
            raise silent(pid, silent_s) from error
        except OSError as error:
            raise RunGone(f"{path}: {error.strerror or error}") from error


def _read(line: bytes) -> Answer:
    if not line.endswith(b"\n"):
        raise RunGone("it ended in the middle of an answer")
    try:
        return _answers.decode(line)
    except msgspec.MsgspecError as error:
        raise RunGone("it answers as another version of Plures does") from error


def silent(pid: int, waited_s: float) -> RunSilent:
    """What to say of a run that says nothing.

    Args:
        pid: The process that runs it.
        waited_s: For how long it was waited for.
    """
    if is_halted(pid):
        return RunSilent(f"a signal has halted process {pid}, which runs it", f"Let it go on with `kill -CONT {pid}`.")
    return RunSilent(
        f"process {pid}, which runs it, has not done what it was told within {waited_s:.0f} s",
        f"Wait, and look with `plures ps`. `kill -9 {pid}` ends it at once: what it started ends with it, and databases recover.",
    )


def is_halted(pid: int) -> bool:
    """Whether a signal such as SIGSTOP keeps a process from doing anything, where the system tells (Linux)."""
    with suppress(OSError, IndexError):
        return (
            Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
            in "Tt"
        )
    return False
