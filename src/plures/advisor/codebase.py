"""Reads a codebase once: files, facts, imports, components, history. Everything that later steps look at, and no judgement."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from . import git
from .cache import Cache
from .components import Cut, cut_by_structure, overlay
from .definitions import Definitions, read_definitions
from .errors import GitFailed, NoPythonFound, NotAFolder
from .facts import ModuleFacts
from .history import History, read_history
from .imports import ImportGraph, resolve_imports
from .model import Link
from .packages import ModuleIndex, project_folders
from .parse import parse
from .roles import Role, roles
from .tree import Tree, read_commit, read_folder

Progress = Callable[[str, int, int | None], None]
"""(what is being done, how much is done, how much there is if that is known)"""

_OWNER_FILES = ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")


@dataclass(frozen=True)
class Wish:
    """What the user asked for.

    Attributes:
        path: Folder of the codebase, or a bare repository.
        commit: Read this commit instead of the files on disk.
        definitions: A file that names components and teams.
        cache: Where to keep what was read; None keeps nothing.
    """

    path: Path
    commit: str | None = None
    definitions: Path | None = None
    cache: Path | None = None


@dataclass(frozen=True)
class Codebase:
    """Everything that was read.

    Attributes:
        facts: Production and test files.
        production: Paths of production files.
        history: None when there is none to read.
        notes: What could not be read, in sentences.
    """

    name: str
    tree: Tree
    facts: Mapping[str, ModuleFacts]
    production: frozenset[str]
    index: ModuleIndex
    cut: Cut
    graph: ImportGraph
    history: History | None
    definitions: Definitions
    owners: str
    web: str
    notes: tuple[str, ...]

    def file_link(self, path: str, line: int = 0) -> Link:
        """Where a file can be looked at."""
        text = f"{path}:{line}" if line else path
        commit = self.history.head if self.history else ""
        return Link(
            text, f"{self.web}/blob/{commit}/{path}{f'#L{line}' if line else ''}" if self.web and commit else ""
        )

    def commit_link(self, sha: str) -> Link:
        """Where a commit can be looked at."""
        return Link(sha[:10], f"{self.web}/commit/{sha}" if self.web else "")


def read_codebase(wish: Wish, progress: Progress) -> Codebase:
    """Read everything.

    Raises:
        NotAFolder: The path is no folder.
        NoPythonFound: It holds no production code in Python.
        UnknownCommit: The commit asked for is not there.
        InvalidInput: The file of definitions is wrong.
    """
    if not wish.path.is_dir():
        raise NotAFolder(str(wish.path))
    folder, cache = wish.path.resolve(), Cache(wish.cache)
    definitions = read_definitions(wish.definitions) if wish.definitions else Definitions()
    repository = git.open_repository(folder, wish.commit)
    progress("reading files", 0, None)
    tree = (
        read_commit(repository) if repository and (repository.bare or wish.commit is not None) else read_folder(folder)
    )
    kinds = roles(tree.paths)
    facts = _read_facts(
        tree, [path for path, role in kinds.items() if role in {Role.PRODUCTION, Role.TEST}], cache, progress
    )
    production = frozenset(
        path for path in facts if kinds[path] is Role.PRODUCTION and not facts[path].problem.startswith("binary")
    )
    if not production:
        raise NoPythonFound(str(wish.path), len(tree.paths))
    index = ModuleIndex(kinds, project_folders(tree.paths))
    lines = {path: facts[path].lines for path in production}
    cut = overlay(cut_by_structure(lines, index.name_of, definitions.divide), definitions, lines)
    progress("following imports", 0, None)
    graph = resolve_imports({path: facts[path] for path in sorted(production)}, index)
    history, notes = _read_history(repository, tree, cache, progress)
    owners = next(
        (tree.contents[tree.digests[path]].decode(errors="replace") for path in _OWNER_FILES if path in tree.digests),
        "",
    )
    name = _name(folder)
    return Codebase(
        name,
        tree,
        facts,
        production,
        index,
        cut,
        graph,
        history,
        definitions,
        owners,
        _web(folder) if repository else "",
        notes,
    )


def _name(folder: Path) -> str:
    named = folder.name if folder.name not in {"repo", ".git", ""} else folder.parent.name
    return named.removesuffix(".git") or str(folder)


def _read_facts(tree: Tree, paths: list[str], cache: Cache, progress: Progress) -> dict[str, ModuleFacts]:
    wanted = {path: tree.digests[path] for path in paths if path in tree.digests}
    key = sha256("\n".join(sorted(set(wanted.values()))).encode()).hexdigest()
    by_digest = cache.load("facts", key, dict[str, ModuleFacts])
    if by_digest is None:
        by_digest = dict[str, ModuleFacts]()
        for count, digest in enumerate(dict.fromkeys(wanted.values()), 1):
            by_digest[digest] = parse(tree.contents[digest])
            if count % 20 == 0 or count == len(wanted):
                progress("reading Python", count, len(wanted))
        cache.store("facts", key, by_digest)
    return {path: by_digest[digest] for path, digest in wanted.items()}


def _read_history(
    repository: git.Repository | None, tree: Tree, cache: Cache, progress: Progress
) -> tuple[History | None, tuple[str, ...]]:
    if repository is None:
        return None, (
            "There is no git history here: nothing can be said about teams, waiting, or what changes together.",
        )
    ignored = _ignored_commits(tree)
    key = f"{repository.head}\0{repository.prefix}\0{repository.shallow}\0{','.join(sorted(ignored))}"
    history = cache.load("history", key, History)
    if history is None:
        try:
            history = read_history(repository, lambda count: progress("reading history", count, None), ignored)
        except GitFailed as failed:
            return None, (
                f"History could not be read ({failed.why}): nothing can be said about teams or what changes together.",
            )
        cache.store("history", key, history)
    return history, tuple(_limits(history))


def _limits(history: History) -> list[str]:
    notes: list[str] = []
    if history.shallow:
        notes.append(
            f"This is a shallow clone with {len(history.commits)} commits: `git fetch --unshallow` gives the advisor the rest of the history."
        )
    if len(history.commits) <= 1:
        notes.append("The history has a single commit: history tells nothing here.")
    return notes


def _ignored_commits(tree: Tree) -> frozenset[str]:
    digest = tree.digests.get(".git-blame-ignore-revs")
    text = tree.contents[digest].decode(errors="replace") if digest else ""
    return frozenset(re.findall(r"^[0-9a-f]{40}\b", text, re.MULTILINE))


_REMOTE = re.compile(r"(?:https://|ssh://git@|git@)(?:[^@/]*@)?([\w.-]+)[:/]([\w.~/-]+?)(?:\.git)?/?$")


def _web(folder: Path) -> str:
    """Address of the repository on the web, after its remote `origin`; empty when it has none that looks like one."""
    try:
        address = git.run(folder, "config", "--get", "remote.origin.url").decode(errors="replace").strip()
    except GitFailed:
        return ""
    match = _REMOTE.match(address)
    return f"https://{match[1]}/{match[2]}" if match else ""
