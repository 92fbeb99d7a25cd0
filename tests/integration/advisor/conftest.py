"""Git repositories with a history that the test knows, written through `git fast-import`."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from plures.advisor import ReadRequest, Survey, read_codebase, survey

DAY = 86_400
START = 1_700_000_000


def quiet(_what: str, _done: int, _total: int | None) -> None:
    """Ignores progress."""


class History:
    """Commits to be, in order; days count from the first one."""

    def __init__(self) -> None:
        self._stream: list[bytes] = []

    def commit(
        self, day: float, author: str, files: Mapping[str, str | bytes | None], message: str | bytes = "change"
    ) -> None:
        """Add a commit; None removes a file."""
        text = message if isinstance(message, bytes) else message.encode()
        when = START + int(day * DAY)
        who = f"{author} <{author}@example.org> {when} +0000".encode()
        self._stream.append(
            b"commit refs/heads/main\nauthor %b\ncommitter %b\ndata %d\n%b\n" % (who, who, len(text), text)
        )
        for path, content in files.items():
            if content is None:
                self._stream.append(f"D {path}\n".encode())
                continue
            data = content if isinstance(content, bytes) else content.encode()
            self._stream.append(b"M 100644 inline %b\ndata %d\n%b\n" % (os.fsencode(path), len(data), data))

    @staticmethod
    def module(*imports: str, lines: int = 60, mark: object = 0) -> str:
        """A module with these imports and so many lines of code; another mark makes another content."""
        steps = (f"def step_{i}(x):\n    return x + {i}" for i in range(lines // 2))
        return "\n".join([*imports, f"MARK = {mark!r}", *steps]) + "\n"

    def package(self, name: str, files: int = 6, lines: int = 60) -> dict[str, str | bytes | None]:
        """A package whose modules import one another in a chain."""
        dotted = name.replace("/", ".")
        found: dict[str, str | bytes | None] = {f"{name}/__init__.py": ""}
        for i in range(files):
            found[f"{name}/m{i}.py"] = self.module(*([f"from {dotted} import m{i - 1}"] if i else []), lines=lines)
        return found

    @property
    def git(self) -> Callable[..., str]:
        """Runs git."""
        return git

    def write(self, folder: Path) -> Path:
        """Make the repository, with a working tree."""
        git(folder, "init", "-q", "-b", "main")
        subprocess.run(
            ["git", "-C", str(folder), "fast-import", "--quiet", "--date-format=raw"],
            input=b"".join(self._stream),
            check=True,
        )
        git(folder, "checkout", "-q", "-f", "main")
        return folder


def git(folder: Path, *arguments: str) -> str:
    """Run git and return what it says."""
    done = subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)
    return done.stdout.decode(errors="replace").strip()


@pytest.fixture(autouse=True)
def _git_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("git") is None:
        pytest.skip("needs git")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def history() -> History:
    return History()


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Survey]:
    """Read a codebase as the commands do, without a cache."""

    def reader(folder: Path, **options: object) -> Survey:
        return survey(read_codebase(ReadRequest(folder, **options), quiet), quiet)  # type: ignore[arg-type]

    return reader
