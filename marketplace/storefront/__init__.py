"""The marketplace's edge: the pages that shoppers see. It keeps no data of its own but a signed cookie."""

from .edge import storefront

__all__ = ["storefront"]
