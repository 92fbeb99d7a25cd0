"""`plures sagas`: what becomes of the sagas of an application, and what operators say about it."""

from .group import sagas_group

__all__ = ["sagas_group"]
