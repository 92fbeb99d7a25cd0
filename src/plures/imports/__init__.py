"""Layer 7: what others wrote as contracts: `.proto` files, and modules that people would write."""

from .found import Wanted
from .importing import Imported, import_file
from .python import Names, Unspellable, doc_source, text_source

__all__ = ["Imported", "Names", "Unspellable", "Wanted", "doc_source", "import_file", "text_source"]
