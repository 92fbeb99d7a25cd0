"""The files and the history of a repository, its owners and its address on the web. Does not know what files mean."""

from .folder import read_folder
from .history import Commit, History, ignored_commits, read_history
from .opening import Repository, open_repository
from .owners import read_owners
from .tree import Tree, read_commit
from .web import WebAddress, web_address

__all__ = [
    "Commit",
    "History",
    "Repository",
    "Tree",
    "WebAddress",
    "ignored_commits",
    "open_repository",
    "read_commit",
    "read_folder",
    "read_history",
    "read_owners",
    "web_address",
]
