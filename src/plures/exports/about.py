"""What documents in JSON say of a contract as a whole."""

import json
from typing import Any

from plures.compat import Contract
from plures.contract import Stability

UNLOCKED = "+unlocked"


def information(contract: Contract) -> dict[str, Any]:
    """Title, version and owner, as OpenAPI and AsyncAPI both have them."""
    said = [contract.doc, f"Owner: {contract.owner}. Stability: {contract.stability.value}."]
    if contract.sunset is not None:
        said.append(f"It may be gone after {contract.sunset.isoformat()}.")
    return {
        "title": contract.name,
        "version": version_of(contract),
        "description": "\n\n".join(each for each in said if each),
        "contact": {"name": contract.owner},
        "x-owner": contract.owner,
        "x-stability": contract.stability.value,
        **({} if contract.sunset is None else {"x-sunset": contract.sunset.isoformat()}),
    }


def is_deprecated(contract: Contract) -> bool:
    """Whether callers should move."""
    return contract.stability is Stability.DEPRECATED


def version_of(contract: Contract) -> str:
    """Its version; what was not locked as it is says so."""
    return contract.version or f"{contract.major}.0.0{UNLOCKED}"


def as_text(document: dict[str, Any]) -> str:
    """A document as a file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
