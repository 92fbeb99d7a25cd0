"""Takes in the files of a codebase, from disk or from a commit. Does not know what they mean."""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from plures.advisor.errors import NotAFolder

from .definitions import Definitions, read_definitions
from .packages import package_name
from .repository import Repository, Tree, WebAddress, open_repository, read_commit, read_folder, web_address
from .request import Progress, ReadRequest


@dataclass(frozen=True)
class Checkout:
    """A codebase whose files were taken in, before anything of it is understood."""

    folder: Path
    repository: Repository | None
    definitions: Definitions
    tree: Tree
    web: WebAddress

    @property
    def name(self) -> str:
        """Name of the folder, or of one above where the folder is only called `repo` or `.git`."""
        named = next((at.name for at in (self.folder, *self.folder.parents) if at.name not in {"repo", ".git"}), "")
        # A name that is no UTF-8 is shown with a sign in place of what cannot be shown.
        return os.fsencode(named.removesuffix(".git") or str(self.folder)).decode(errors="replace")

    def fingerprint(self) -> str:
        """A text that two checkouts share only when every map of them is the same."""
        head = (self.repository.head, self.repository.prefix, self.repository.shallow) if self.repository else ()
        files = (
            self.tree.paths,
            sorted(self.tree.digests.items()),
            sorted(self.tree.skipped.items()),
            self.tree.submodules,
        )
        # What is above the folder says how imports name its files.
        return sha256(
            repr((ascii(self.folder), package_name(self.folder), head, self.web, self.definitions, files)).encode()
        ).hexdigest()


def open_checkout(request: ReadRequest, progress: Progress) -> Checkout:
    """Take the files in.

    Raises:
        NotAFolder: The path is no folder.
        UnknownCommit: The repository does not have the commit.
        InvalidInput: The file of definitions is wrong.
    """
    if not request.path.is_dir():
        raise NotAFolder(os.fsencode(request.path).decode(errors="replace"))
    folder = request.path.resolve()
    definitions = read_definitions(request.definitions) if request.definitions else Definitions()
    repository = open_repository(folder, request.commit)
    progress("reading files", 0, None)
    from_git = repository is not None and (repository.bare or request.commit is not None)
    tree = read_commit(repository) if repository and from_git else read_folder(folder, repository)
    return Checkout(folder, repository, definitions, tree, web_address(repository) if repository else WebAddress())
