"""The marketplace's edge: the pages that shoppers see, in rooms by what a shopper does.

It keeps no data but a signed cookie in each browser.
"""

from .edge import storefront

__all__ = ["storefront"]
