"""What a codebase says: its files, modules, imports, components and history. No measures and no judgement."""

from .cache import Cache, default_folder
from .codebase import Codebase, Progress, Wish, open_source, read_codebase, understand
from .components import Cut
from .imports import Dependency, ImportGraph, Link, cycles, dependencies
from .packages import ModuleIndex
from .python import Access, Import, Model, ModuleFacts, Use
from .repository import Commit, History

__all__ = [
    "Access",
    "Cache",
    "Codebase",
    "Commit",
    "Cut",
    "Dependency",
    "History",
    "Import",
    "ImportGraph",
    "Link",
    "Model",
    "ModuleFacts",
    "ModuleIndex",
    "Progress",
    "Use",
    "Wish",
    "cycles",
    "default_folder",
    "dependencies",
    "open_source",
    "read_codebase",
    "understand",
]
