"""Two OpenAPI documents that others wrote, by the same rules: read, compared, reported."""

from .checking import check_documents
from .document import Document, Node
from .errors import DocumentUnread
from .merging import Merger, Schema
from .values import list_of, table_of

__all__ = ["Document", "DocumentUnread", "Merger", "Node", "Schema", "check_documents", "list_of", "table_of"]
