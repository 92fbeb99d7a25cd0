"""An OpenAPI document that others wrote → a contract, and what of it contracts do not have."""

from .reading import read_openapi

__all__ = ["read_openapi"]
