"""The depot as a service in TypeScript, with the kit that `plures new service` writes."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.typescript import from_template

TOKEN = "web"
"""Of a process that may call the whole depot."""


def built(factory: pytest.TempPathFactory) -> Path:
    """Its folder."""
    return from_template(
        "tests.interop.desk:app", "depot", Path(__file__).with_name("depot"), "depot-in-typescript", factory
    )


def caller(name: str, kind: str, *may_call: str) -> dict[str, object]:
    """A caller whose token is its name."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    return {"name": name, "kind": kind, "sha256": digest, "may_call": may_call, "may_deliver_to": ()}


CALLERS = json.dumps(
    [
        caller(TOKEN, "process", "depot"),
        caller("reports", "outside", "depot/NextId"),
        caller("cli", "tools"),
        caller("present", "outside", "depot.v1/Lift"),
        caller("future", "outside", "depot.v2"),
        caller("shop", "outside", "catalog"),
    ]
)
