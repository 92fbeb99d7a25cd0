"""Where the file of a contract stands in the folder of all exports: beside the other formats of the same contract."""

from plures.compat import Contract


def place(contract: Contract, ending: str) -> str:
    """`shop/search/v1/search` and the ending, where buf looks for the package shop.search.v1."""
    folder = contract.name.replace(".", "/")
    return f"{folder}/{contract.family.rpartition('.')[2]}{ending}"
