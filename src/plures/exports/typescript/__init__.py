"""A contract as a module of TypeScript: types of what is on the wire, and a client that needs nothing but `fetch`."""

from .module import typescript_module

__all__ = ["typescript_module"]
