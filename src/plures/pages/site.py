"""What the pages tell, as values; and all of them as files."""

from .contract import contract_main
from .document import document
from .index import index_main
from .page import Site


def site_files(site: Site) -> dict[str, str]:
    """Each file of the pages, by its name: `index.html`, and one for each contract."""
    files = {"index.html": document(index_main(site), f"Contracts of {site.application}", site.application)}
    for each in site.pages:
        files[f"{each.contract.name}.html"] = document(contract_main(each, site), each.contract.name, site.application)
    return files
