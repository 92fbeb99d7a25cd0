"""`plures data`: the databases of an application, from the outside."""

from .group import data_group
from .places import Owned, owned_in

__all__ = ["Owned", "data_group", "owned_in"]
