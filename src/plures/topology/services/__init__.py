"""Existing services that run beside or instead of an application: what plures.toml says of them."""

from .parse_services import parse_services
from .values import Service

__all__ = ["Service", "parse_services"]
