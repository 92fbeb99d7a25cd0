"""A contract → a JSON Schema (2020-12) with all of its messages: what Plures writes, and what others should write."""

from plures.compat import Contract

from .about import as_text, version_of
from .schema import Schemas

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema_document(contract: Contract) -> str:
    """The text of the document; `#/$defs/Order` is the schema of the message Order."""
    schemas = Schemas(contract, "#/$defs/")
    for name in contract.messages:
        schemas.message(name, reading=False)
    document = {
        "$schema": _DRAFT,
        "$id": f"urn:plures:{contract.name}",
        "title": contract.name,
        "description": f"The messages of {contract.name} {version_of(contract)}. Owner: {contract.owner}.",
        "$defs": {name: schemas.made[name] for name in sorted(schemas.made)},
    }
    return as_text(document)
