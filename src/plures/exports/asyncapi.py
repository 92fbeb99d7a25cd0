"""A contract → an AsyncAPI 3 document of its events, for those who want to hear of them."""

from typing import Any

from plures.compat import ABSENT, Contract, Happening

from .about import as_text, information
from .schema import Examples, Schemas

_DELIVERY = (
    "Each event reaches each subscription at least once; those with the same key in the order in which they were published. A subscription of Plures "
    "gets an event as a call of its own operation, over HTTP or through NATS JetStream: the addresses here are names of events, and no subjects of a broker."
)


def asyncapi_document(contract: Contract) -> str | None:
    """The text of the document; None where the contract has no events."""
    if not contract.events:
        return None
    schemas = Schemas(contract, "#/components/schemas/")
    examples = Examples(contract)
    about = information(contract)
    messages = {name: _message(name, each, contract, schemas, examples) for name, each in contract.events.items()}
    document: dict[str, Any] = {
        "asyncapi": "3.0.0",
        "id": f"urn:plures:{contract.name}",
        "info": {**about, "description": f"{about['description']}\n\n{_DELIVERY}"},
        "defaultContentType": "application/json",
        "channels": {
            name: {
                "address": f"{contract.name}.{name}",
                "description": contract.messages[each.message].doc or f"The event {name}.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"}},
            }
            for name, each in contract.events.items()
        },
        "operations": {
            f"publish{name}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{name}"},
                "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
            }
            for name in contract.events
        },
        "components": {
            "messages": messages,
            "schemas": {name: schemas.made[name] for name in sorted(schemas.made)},
        },
    }
    return as_text(document)


def _message(name: str, event: Happening, contract: Contract, schemas: Schemas, examples: Examples) -> dict[str, Any]:
    value = examples.message(event.message)
    doc = contract.messages[event.message].doc
    return {
        "name": f"{contract.name}.{name}",
        "title": name,
        **({"summary": doc.partition("\n")[0]} if doc else {}),
        "contentType": "application/json",
        "payload": schemas.message(event.message, reading=False),
        **({"x-plures-key": event.key} if event.key else {}),
        **({} if value is ABSENT else {"examples": [{"name": name, "payload": value}]}),
    }
