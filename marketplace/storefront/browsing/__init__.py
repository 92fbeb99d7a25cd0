"""Looking around: the front page, categories, search, products and what buyers say about them.

It puts nothing into the cart and knows nothing of orders.
"""

from .category import CategoryPage
from .home import HomePage
from .pictures import Pictures
from .product import ProductPage
from .reviews import ReviewPages
from .search import SearchPage

__all__ = ["CategoryPage", "HomePage", "Pictures", "ProductPage", "ReviewPages", "SearchPage"]
