"""Facts and history of a checkout. Takes from the cache what has not changed, and reads the rest."""

from collections.abc import Iterable

from plures.git import GitFailed

from .cache import Cache
from .checkout import Checkout
from .python import ModuleFacts, parse
from .repository import History, Repository, ignored_commits, read_history
from .request import Progress

# Files between two reports of progress.
_STEP = 20
_NO_GIT = "There is no git history here"
_REFUSED = "Git is missing, has no commit here or refuses to read this repository"
_UNKNOWN = "nothing can be said about teams, waiting, or what changes together."
_SHALLOW = "This is a shallow clone with {} commits: `git fetch --unshallow` gives the advisor the rest of the history."
_SINGLE = "The history has a single commit: history tells nothing here."


def facts_of(checkout: Checkout, paths: Iterable[str], cache: Cache, progress: Progress) -> dict[str, ModuleFacts]:
    """Facts by path. A file that has not changed since this folder was last read is not parsed again."""
    tree, kept_for = checkout.tree, ascii(checkout.folder)
    wanted = {path: tree.digests[path] for path in paths if path in tree.digests}
    known = cache.load("facts", kept_for, dict[str, ModuleFacts]) or {}
    by_digest: dict[str, ModuleFacts] = {}
    for count, digest in enumerate(dict.fromkeys(wanted.values()), 1):
        by_digest[digest] = known[digest] if digest in known else parse(tree.contents[digest])
        if count % _STEP == 0 or count == len(wanted):
            progress("reading Python", count, len(wanted))
    if by_digest.keys() != known.keys():
        cache.store("facts", kept_for, by_digest)
    return {path: by_digest[digest] for path, digest in wanted.items()}


def history_of(checkout: Checkout, cache: Cache, progress: Progress) -> tuple[History | None, tuple[str, ...]]:
    """The history, None when there is none to read, and sentences that say what limits it."""
    if checkout.repository is None:
        reason = _REFUSED if (checkout.folder / ".git").exists() else _NO_GIT
        return None, (f"{reason}: {_UNKNOWN}",)
    try:
        history = _read(checkout.repository, ignored_commits(checkout.tree), cache, progress)
    except GitFailed as failed:
        return None, (f"History could not be read ({failed.why}): {_UNKNOWN}",)
    shallow = (_SHALLOW.format(len(history.commits)),) if history.shallow else ()
    return history, (*shallow, _SINGLE) if len(history.commits) <= 1 else shallow


def _read(repository: Repository, ignored: frozenset[str], cache: Cache, progress: Progress) -> History:
    key = f"{repository.head}\0{repository.prefix}\0{repository.shallow}\0{','.join(sorted(ignored))}"
    history = cache.load("history", key, History)
    if history is None:
        history = read_history(repository, lambda count: progress("reading history", count, None), ignored)
        cache.store("history", key, history)
    return history
