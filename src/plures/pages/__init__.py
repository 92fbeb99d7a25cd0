"""Layer 6: contracts as pages for people: written as files, and served by the control listener."""

from .contract import contract_main
from .document import policy, shell
from .index import index_main
from .page import ContractPage, Site
from .site import site_files
from .telling import Beside, page_of

__all__ = ["Beside", "ContractPage", "Site", "contract_main", "index_main", "page_of", "policy", "shell", "site_files"]
