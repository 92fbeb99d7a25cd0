"""Two OpenAPI documents that others wrote, by the same rules: read, compared, reported."""

from .checking import check_documents
from .errors import DocumentUnread

__all__ = ["DocumentUnread", "check_documents"]
