"""The lock files of a project: where they lie, and where those of another state are had from."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec

from plures.compat import LOCK_FOLDER, Contract, numbered, read_lock
from plures.errors import InvalidInput, PluresError, Rule, Text, Violation
from plures.git import GitFailed, read_blobs, run

FOLDER: Final = LOCK_FOLDER
_FILES: Final = "*.v[0-9]*.toml"

_NO_TEXT: Final = Rule(
    "lock.no_text",
    "it is no UTF-8",
    "Take it from version control. Where there is none, delete it: plures contract lock gives new numbers then.",
)


@dataclass(eq=False)
class NothingToCompareWith(PluresError):
    """The state to compare with cannot be had."""

    code = "cli.nothing_to_compare_with"
    wording = Text("There are no lock files to compare with in {against}", why="{reason}", fix="{way_out}")

    against: str
    reason: str
    way_out: str


class _Listed(msgspec.Struct):
    name: str
    lock: str = ""


class _Listing(msgspec.Struct):
    """What a running application says of its contracts, as far as it matters here."""

    contracts: list[_Listed] = []
    elsewhere: list[_Listed] = []


@dataclass(frozen=True)
class LockFile:
    """One file: what it is called for people, and what it says."""

    name: str
    content: bytes


def locks_in(folder: Path) -> dict[str, Contract]:
    """The lock files of a folder; none where there is no such folder. Raises `InvalidInput` with all that is wrong with any."""
    paths = sorted(folder.glob(_FILES)) if folder.is_dir() else []
    return _read([LockFile(f"{folder.name}/{path.name}", path.read_bytes()) for path in paths], folder.name)


def locks_beside(file: Path) -> dict[str, Contract]:
    """The lock files of the project that a settings file belongs to; raises `InvalidInput` with all that is wrong with any."""
    return locks_in(file.absolute().parent / FOLDER)


def as_locked(contract: Contract, locked: Contract | None) -> Contract:
    """The contract with the numbers and the version that are locked; where it has changed since, it has no numbers."""
    if locked is None:
        return contract
    # It was locked as it is, where the same numbers come out.
    same = replace(numbered(contract, locked), version=locked.version)
    return same if same == locked else contract


def base_of(against: str, folder: Path, data: Path) -> tuple[str, dict[str, Contract]]:
    """The state to compare with, in words, and its contracts.

    Args:
        against: The address of a running application, a folder, or a commit, branch or tag.
        folder: Of the project.
        data: Its data folder, whose run may know a token for the application.

    Raises:
        PluresError: There is none, or its files are wrong.
    """
    if against.startswith(("http://", "https://")):
        return against, _served(against, data)
    path = Path(against)
    if path.is_dir():
        found = locks_in(path / FOLDER if (path / FOLDER).is_dir() else path)
        if not found:
            raise NothingToCompareWith(against, "the folder has none", "Name the folder that holds contracts/*.toml.")
        return f"the folder {against}", found
    return f"{against} of the repository", _committed(against, folder)


def _read(files: list[LockFile], subject: str) -> dict[str, Contract]:
    found: dict[str, Contract] = {}
    violations: list[Violation] = []
    for file in files:
        try:
            contract = read_lock(_text(file), file.name)
        except InvalidInput as error:
            violations.extend(error.violations)
        else:
            found[contract.name] = contract
    if violations:
        raise InvalidInput(subject, violations)
    return found


def _text(file: LockFile) -> str:
    try:
        return file.content.decode()
    except UnicodeDecodeError:
        raise InvalidInput(file.name, [_NO_TEXT.broken(file.name)]) from None


def _committed(commit: str, folder: Path) -> dict[str, Contract]:
    way_out = "Name a commit, a branch or a tag that has contracts/*.toml, a folder, or the URL of a control listener."
    if commit.startswith("-"):
        raise NothingToCompareWith(commit, "it is no name of a commit", way_out)
    try:
        listed = run(folder, "ls-tree", "-r", "-z", commit, f"{FOLDER}/").decode(errors="replace")
    except GitFailed:
        raise NothingToCompareWith(commit, "git does not know it here", way_out) from None
    # Each is `mode type id`, a tab, and the name.
    blobs = {name: about.split()[2] for about, _, name in (each.partition("\t") for each in listed.split("\0")) if name}
    blobs = {name: blob for name, blob in blobs.items() if name.endswith(".toml") and name.count("/") == 1}
    if not blobs:
        raise NothingToCompareWith(commit, f"{FOLDER}/ holds none there", way_out)
    contents = dict(read_blobs(folder, list(blobs.values())))
    files = [LockFile(f"{commit}:{name}", contents.get(blob, b"")) for name, blob in blobs.items()]
    return _read(files, commit)


def _served(url: str, data: Path) -> dict[str, Contract]:
    # What speaks HTTP takes a tenth of a second to import, and the other ways do without.
    from plures.cli.finding import contracts_at

    way_out = "Start it, and name the control address that it prints."
    try:
        body = contracts_at(url.rstrip("/").removesuffix("/contracts"), data)
        listing = msgspec.json.decode(body, type=_Listing)
    except ValueError:
        raise NothingToCompareWith(url, "what answers there lists no contracts", way_out) from None
    listed = [*listing.contracts, *listing.elsewhere]
    files = [LockFile(f"{url}: {each.name}", each.lock.encode()) for each in listed if each.lock]
    if not files:
        raise NothingToCompareWith(url, "what answers there lists no contracts", way_out)
    return _read(files, url)
