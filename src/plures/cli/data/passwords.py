"""The files that hold the passwords of roles, one for each capability."""

import os
import secrets
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from plures.errors import PluresError, Text


@dataclass(eq=False)
class PasswordsUnusable(PluresError):
    """The passwords cannot be read or written."""

    code = "cli.passwords_unusable"
    wording = Text(
        "Cannot keep passwords in {folder}", why="{reason}", fix="Name a folder that this user can write to."
    )

    folder: Path
    reason: str


class Passwords:
    """A folder of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._new: set[str] = set()

    def file(self, capability: str) -> Path:
        """Where the password of its role is."""
        return self._folder / capability

    def is_new(self, capability: str) -> bool:
        return capability in self._new

    def choose(self, capabilities: Sequence[str], *, rotate: bool) -> dict[str, str]:
        """Those that are there, and new ones for the others, or for all. Nothing is written yet."""
        chosen = {name: "" if rotate else self._read(name) for name in capabilities}
        self._new = {name for name, password in chosen.items() if not password}
        return {name: password or secrets.token_urlsafe(32) for name, password in chosen.items()}

    @contextmanager
    def saved(self, chosen: Mapping[str, str]) -> Generator[None]:
        """Keep the new ones, unless what happens inside fails. They are on the disk before it begins, and in their places after it."""
        try:
            self._make_folder()
            for name in self._new:
                _write(self._beside(name), chosen[name])
        except OSError as error:
            raise self._unusable(error) from error
        try:
            yield
            for name in self._new:
                self._beside(name).replace(self.file(name))
        finally:
            for name in self._new:
                self._beside(name).unlink(missing_ok=True)

    def _make_folder(self) -> None:
        if not self._folder.exists():
            self._folder.mkdir(mode=0o700, parents=True)
            # The data folder may lie in a working tree.
            (self._folder / ".gitignore").write_text("*\n")

    def _beside(self, capability: str) -> Path:
        return self._folder / f".{capability}.new"

    def _read(self, capability: str) -> str:
        try:
            return self.file(capability).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""
        except (OSError, ValueError) as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError | ValueError) -> PasswordsUnusable:
        reason = error.strerror if isinstance(error, OSError) else "one of them is not UTF-8 text"
        return PasswordsUnusable(self._folder, str(reason))


def _write(path: Path, password: str) -> None:
    path.unlink(missing_ok=True)
    # No other user can read it, not even between its creation and a chmod.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{password}\n")
        file.flush()
        os.fsync(file.fileno())
