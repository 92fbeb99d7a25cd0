"""What a codebase says: its files, modules, imports, components and history. Measures nothing and judges nothing."""

from .cache import Cache, default_folder
from .checkout import open_checkout
from .codebase import Codebase, read_codebase, understand, unread
from .components import Division
from .imports import Dependency, ImportEdge, cycles, dependencies
from .packages import ModuleIndex
from .python import Access, Import, Messaging, ModelClass, ModuleFacts, SharedTables, Use
from .repository import Commit, History
from .request import Progress, ReadRequest

__all__ = [
    "Access",
    "Cache",
    "Codebase",
    "Commit",
    "Dependency",
    "Division",
    "History",
    "Import",
    "ImportEdge",
    "Messaging",
    "ModelClass",
    "ModuleFacts",
    "ModuleIndex",
    "Progress",
    "ReadRequest",
    "SharedTables",
    "Use",
    "cycles",
    "default_folder",
    "dependencies",
    "open_checkout",
    "read_codebase",
    "understand",
    "unread",
]
