"""Reads a codebase once: files, facts, imports, components, history. Everything that later steps look at, and no judgement."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from plures.advisor.errors import GitFailed, NoPythonFound, NotAFolder
from plures.advisor.model import Link
from plures.advisor.reading.repository import git

from .cache import Cache
from .components import Cut, cut_by_structure, overlay
from .definitions import Definitions, read_definitions
from .imports import ImportGraph, resolve_imports
from .packages import ModuleIndex, project_folders
from .python import ModuleFacts, parse
from .repository import History, Tree, read_commit, read_folder, read_history
from .roles import Role, roles

Progress = Callable[[str, int, int | None], None]
"""(what is being done, how much is done, how much there is if that is known)"""

_STEP = 20  # Files between two signs of progress.
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
    head: str
    prefix: str
    notes: tuple[str, ...]

    def file_link(self, path: str, line: int = 0) -> Link:
        """Where a file can be looked at."""
        text, row = (f"{path}:{line}", f"#L{line}") if line else (path, "")
        seen = self.web and self.history is not None
        return Link(text, f"{self.web}/blob/{self.head}/{self.prefix}{path}{row}" if seen else "")

    def commit_link(self, sha: str) -> Link:
        """Where a commit can be looked at."""
        return Link(sha[:10], f"{self.web}/commit/{sha}" if self.web else "")


@dataclass(frozen=True)
class Source:
    """A codebase whose files were taken in, before anything is understood."""

    folder: Path
    repository: git.Repository | None
    definitions: Definitions
    tree: Tree
    web: str

    def fingerprint(self) -> str:
        """The same for two sources of which every map is the same."""
        head = (self.repository.head, self.repository.prefix, self.repository.shallow) if self.repository else ()
        parts = (str(self.folder), head, self.web, self.definitions, self.tree.paths, sorted(self.tree.digests.items()))
        return sha256(repr((parts, sorted(self.tree.skipped.items()))).encode()).hexdigest()


def open_source(wish: Wish, progress: Progress) -> Source:
    """Take the files in.

    Raises:
        NotAFolder: The path is no folder.
        UnknownCommit: The commit asked for is not there.
        InvalidInput: The file of definitions is wrong.
    """
    if not wish.path.is_dir():
        raise NotAFolder(str(wish.path))
    folder = wish.path.resolve()
    definitions = read_definitions(wish.definitions) if wish.definitions else Definitions()
    repository = git.open_repository(folder, wish.commit)
    progress("reading files", 0, None)
    from_git = repository is not None and (repository.bare or wish.commit is not None)
    tree = read_commit(repository) if repository and from_git else read_folder(folder)
    return Source(folder, repository, definitions, tree, _web(folder) if repository else "")


def read_codebase(wish: Wish, progress: Progress) -> Codebase:
    """Read everything; raises what `open_source` and `understand` raise."""
    return understand(open_source(wish, progress), Cache(wish.cache), progress)


def understand(source: Source, cache: Cache, progress: Progress) -> Codebase:
    """Parse, resolve, cut, and read the history.

    Raises:
        NoPythonFound: There is no production code in Python.
        InvalidInput: A component that the user named has no file.
    """
    tree, repository, definitions = source.tree, source.repository, source.definitions
    kinds = roles(tree.paths)
    read = [path for path, role in kinds.items() if role in {Role.PRODUCTION, Role.TEST}]
    facts = _read_facts(source, read, cache, progress)
    production = frozenset(
        p for p in facts if kinds[p] is Role.PRODUCTION and not facts[p].problem.startswith("binary")
    )
    if not production:
        raise NoPythonFound(str(source.folder), len(tree.paths))
    index = ModuleIndex(kinds, project_folders(tree.paths))
    lines = {path: facts[path].lines for path in production}
    cut = overlay(cut_by_structure(lines, index.name_of, definitions.divide), definitions, lines)
    progress("following imports", 0, None)
    graph = resolve_imports({path: facts[path] for path in sorted(production)}, index)
    history, notes = _read_history(source, cache, progress)
    return Codebase(
        name=_name(source.folder),
        tree=tree,
        facts=facts,
        production=production,
        index=index,
        cut=cut,
        graph=graph,
        history=history,
        definitions=definitions,
        owners=_owners(tree),
        web=source.web,
        head=repository.head if repository else "",
        prefix=repository.prefix if repository else "",
        notes=notes,
    )


def _owners(tree: Tree) -> str:
    found = next((tree.digests[path] for path in _OWNER_FILES if path in tree.digests), None)
    return tree.contents[found].decode(errors="replace") if found else ""


def _name(folder: Path) -> str:
    named = folder.name if folder.name not in {"repo", ".git", ""} else folder.parent.name
    return named.removesuffix(".git") or str(folder)


def _read_facts(source: Source, paths: list[str], cache: Cache, progress: Progress) -> dict[str, ModuleFacts]:
    """Facts by path. What has not changed since the last time this folder was read is not parsed again."""
    tree = source.tree
    wanted = {path: tree.digests[path] for path in paths if path in tree.digests}
    known = cache.load("facts", str(source.folder), dict[str, ModuleFacts]) or {}
    by_digest: dict[str, ModuleFacts] = {}
    for count, digest in enumerate(dict.fromkeys(wanted.values()), 1):
        by_digest[digest] = known[digest] if digest in known else parse(tree.contents[digest])
        if count % _STEP == 0 or count == len(wanted):
            progress("reading Python", count, len(wanted))
    if by_digest.keys() != known.keys():
        cache.store("facts", str(source.folder), by_digest)
    return {path: by_digest[digest] for path, digest in wanted.items()}


def _read_history(source: Source, cache: Cache, progress: Progress) -> tuple[History | None, tuple[str, ...]]:
    repository, tree = source.repository, source.tree
    if repository is None:
        refused = (source.folder / ".git").exists()
        why = (
            "Git is missing, has no commit here or refuses to read this repository"
            if refused
            else "There is no git history here"
        )
        return None, (f"{why}: nothing can be said about teams, waiting, or what changes together.",)
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
