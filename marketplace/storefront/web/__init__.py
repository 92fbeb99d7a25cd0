"""What all pages need: the frame around them, forms, the cookie, pages about failures.

It knows the catalogue's tree, because each page shows it, and nothing of what the other rooms do.
"""

from .aisles import Aisle, Aisles, Tree
from .assets import Assets
from .behalf import OnBehalf
from .failures import Failures
from .forms import Entered, Filled, Reader, posted, refused_by
from .patience import Remembered
from .rendering import Pages
from .settings import Settings, settings_from
from .visitor import Visitor, visitor
from .wording import picture_url, product_url

__all__ = [
    "Aisle",
    "Aisles",
    "Assets",
    "Entered",
    "Failures",
    "Filled",
    "OnBehalf",
    "Pages",
    "Reader",
    "Remembered",
    "Settings",
    "Tree",
    "Visitor",
    "picture_url",
    "posted",
    "product_url",
    "refused_by",
    "settings_from",
    "visitor",
]
