"""`plures data`: the databases of an application, from the outside."""

from .group import data_group

__all__ = ["data_group"]
