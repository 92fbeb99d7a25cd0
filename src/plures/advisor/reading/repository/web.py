"""Where the files and commits of a repository can be looked at in a browser, as its remote `origin` says."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from plures.advisor.model import Reference
from plures.git import GitFailed, run

from .opening import Repository

_REMOTE = re.compile(
    r"(?:https://(?:[^@/]*@)?(?P<web>[\w.-]+(?::\d+)?)/|ssh://(?:[^@/]*@)?(?P<ssh>[\w.-]+)(?::\d+)?/|[\w.-]+@(?P<scp>[\w.-]+):/?)"
    r"(?P<path>[\w.~/-]+?)(?:\.git)?/?$"
)


@dataclass(frozen=True)
class WebAddress:
    """The pages of one commit of a repository.

    Attributes:
        url: Page of the repository; empty when it has none, then references have no address either.
        head: The commit whose files are shown.
        prefix: Path of the folder that was read, with a trailing slash; empty at the top.
    """

    url: str = ""
    head: str = ""
    prefix: str = ""

    def file(self, path: str, line: int = 0) -> Reference:
        """The page of a file, at a line if one is given."""
        text, fragment = (f"{path}:{line}", f"#L{line}") if line else (path, "")
        place = quote(f"{self.prefix}{path}", errors="replace")
        return Reference(text, f"{self.url}/blob/{self.head}/{place}{fragment}" if self.url else "")

    def commit(self, sha: str) -> Reference:
        """The page of a commit."""
        return Reference(sha[:10], f"{self.url}/commit/{sha}" if self.url else "")


def web_address(repository: Repository) -> WebAddress:
    """The address that belongs to the remote `origin`, without the user name and password that it may hold."""
    try:
        remote = run(repository.folder, "config", "--get", "remote.origin.url").decode(errors="replace").strip()
    except GitFailed:
        return WebAddress()
    match = _REMOTE.match(remote)
    if match is None:
        return WebAddress()
    host = match["web"] or match["ssh"] or match["scp"]
    return WebAddress(f"https://{host}/{match['path']}", repository.head, repository.prefix)
