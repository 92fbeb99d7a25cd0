"""A contract as an OpenAPI document."""

from .document import openapi_document

__all__ = ["openapi_document"]
