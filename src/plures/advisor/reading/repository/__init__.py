"""The files and the history of a repository. Knows nothing of what files mean."""

from .history import Commit, History, read_history
from .tree import Tree, read_commit, read_folder

__all__ = ["Commit", "History", "Tree", "read_commit", "read_folder", "read_history"]
