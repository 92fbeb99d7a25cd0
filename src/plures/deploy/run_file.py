"""The file in which a run says where it answers, and by which tokens, for programs that want to call it. It is for its own user alone.

It lies in `run/` of the data folder, and the run holds a lock on it: the kernel releases the lock when the process is gone, however
it ended. So a file that was left behind is recognised even where its process number belongs to another process by now. A run whose data
are elsewhere than plures.toml says has a second one where it says, so that it is found from there.
"""

import fcntl
import os
import stat
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkstemp
from typing import Final

import msgspec

from plures.errors import PluresError, Text

_FOLDER: Final = "run"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Run:
    """Where a running application answers.

    Attributes:
        control: Base URLs of the control listeners of its own replicas; each knows all contracts of the application.
        capabilities: Capability → base URLs where it answers: replicas here, commands, and what runs elsewhere.
        public: Where the edge answers; None where it has none here.
        trust: File of the authorities by which its certificates are known; empty where it does not speak TLS.
        peers: Base URL → SPIFFE name of the process that answers there.
        context_key: By which request contexts are signed in this run; the file is for its user alone.
        token: All processes of the run take it; it is for people.
        tokens: Base URL → the token with which a program calls the process there.
        topology: The name of what runs; between two topologies, of both.
        orders: Path of the socket that takes orders; empty where none does.
        data: Its data folder, absolute; empty where its name is not UTF-8, or an older version wrote the file.
        began: When it was started, in seconds since 1970; 0 where that is not known.
    """

    application: str
    control: tuple[str, ...]
    capabilities: Mapping[str, tuple[str, ...]]
    public: str | None = None
    pid: int = field(default_factory=os.getpid)
    trust: str = ""
    peers: Mapping[str, str] = field(default_factory=dict[str, str])
    context_key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    tokens: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    topology: str = ""
    orders: str = ""
    data: str = ""
    began: float = 0.0


@dataclass(eq=False)
class RunFileExposed(PluresError):
    """Other users can read the tokens of a run."""

    code = "deploy.run_file_exposed"
    wording = Text(
        "Other users can read {path}",
        why="its mode is {mode}, and the tokens in it let those who read it call every operation",
        fix="Start the application again, which makes new tokens, on a file system that keeps files to their owners.",
    )

    path: Path
    mode: str


class Found(msgspec.Struct, frozen=True):
    """What the files of a data folder say.

    Attributes:
        left: Files of runs that ended without removing theirs.
    """

    running: Sequence[Run]
    left: Sequence[Path]


class Publication:
    """The file about a run, which may have more to say while it runs. A folder that cannot be written to is only told of.

    Args:
        also: Where else it is looked for; that folder need not be one that can be written to.
    """

    def __init__(self, data: Path, say: Callable[[str], None], also: Path | None = None) -> None:
        self._say = say
        self._files = [_File(data.absolute())]
        if also is not None and also.absolute() != data.absolute():
            self._files.append(_File(also.absolute()))

    def say(self, run: Run) -> None:
        """Write it, in the place of what was there."""
        for number, file in enumerate(self._files):
            try:
                file.write(run)
            except OSError as error:
                if not number:
                    reason = f"{error.filename} cannot be written ({error.strerror})"
                    self._say(f"{reason}, so `plures call` must be told --at {run.control[0]}")

    @contextmanager
    def during(self, run: Run) -> Generator[None]:
        """Keep it while the context lasts."""
        self.say(run)
        try:
            yield
        finally:
            self.withdraw()

    def withdraw(self) -> None:
        """Remove it."""
        for file in self._files:
            file.remove()


class _File:
    """One file, and the lock on it."""

    def __init__(self, data: Path) -> None:
        self._folder = data / _FOLDER
        self._path: Path | None = None
        self._held = -1

    def write(self, run: Run) -> None:
        path, held = _write(self._folder, run, self._path)
        self._let_go()
        self._path, self._held = path, held

    def remove(self) -> None:
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()
        self._let_go()

    def _let_go(self) -> None:
        if self._held >= 0:
            os.close(self._held)
            self._held = -1


def name_of(data: Path) -> str:
    """A data folder as the file has it."""
    name = str(data.absolute())
    return name if name.encode(errors="ignore").decode() == name else ""


def published(data: Path, run: Run, say: Callable[[str], None]) -> AbstractContextManager[None]:
    """Keep a file about a run in its data folder while the context lasts."""
    return Publication(data, say).during(run)


def find_runs(data: Path) -> Found:
    """The runs that keep a data folder.

    Raises:
        OSError: A file cannot be read: it is another user's.
        RunFileExposed: Other users can read one.
    """
    running: list[Run] = []
    left: list[Path] = []
    folder = data / _FOLDER
    try:
        names = os.listdir(folder)  # noqa: PTH208 - Path.iterdir raises only when it is read
    except (FileNotFoundError, NotADirectoryError):
        names = []
    for path in sorted(folder / name for name in names if name.endswith(".json")):
        # A run may end, and remove its file, meanwhile.
        with suppress(FileNotFoundError):
            run = _read(path)
            if run is None:
                left.append(path)
            else:
                running.append(run)
    return Found(running, left)


def _write(folder: Path, run: Run, path: Path | None) -> tuple[Path, int]:
    # Databases lie in its parent: both are for this user alone.
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    for left in find_runs(folder.parent).left:
        _forget(left)
    # It gets its name when it is written and locked: until then it would look as if left behind.
    held, draft = mkstemp(prefix=f"{run.pid}-", dir=folder)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        os.write(held, msgspec.json.format(msgspec.json.encode(run)))
        return Path(draft).replace(path or f"{draft}.json"), held
    except BaseException:
        Path(draft).unlink()
        os.close(held)
        raise


def _forget(left: Path) -> None:
    """Remove what a run that was killed has left: its file, and the socket that no one listens at."""
    with suppress(OSError, msgspec.MsgspecError):
        orders = Path(msgspec.json.decode(left.read_bytes(), type=Run).orders)
        if orders.is_socket():
            orders.unlink()
            orders.parent.rmdir()
    left.unlink(missing_ok=True)


def _read(path: Path) -> Run | None:
    """The run that keeps this file; None where it is left behind."""
    while True:
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                if mode & _OTHERS:
                    raise RunFileExposed(path, f"{mode:04o}") from None
                with suppress(msgspec.MsgspecError):
                    return msgspec.json.decode(file.read(), type=Run)
                return None
            # A run that has more to say puts another file in the place of this one, and lets go of this one.
            if os.path.samestat(path.stat(), os.fstat(file.fileno())):
                return None
