"""A contract as values → the module that a person would write."""

from .module import module_text
from .spelling import Names, Unspellable, doc_source, text_source

__all__ = ["Names", "Unspellable", "doc_source", "module_text", "text_source"]
