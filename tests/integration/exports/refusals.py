"""A check of schemathesis: who sends what the schema asks for is refused for a declared reason, or not at all."""

from typing import Any

import schemathesis

BAD_REQUEST = 400


@schemathesis.check
def declared_refusals(ctx: Any, response: Any, case: Any) -> None:
    """An answer with status 400 to a valid request has the fields of an error of the contract."""
    meta = case.meta
    if response.status_code != BAD_REQUEST or meta is None or not meta.generation.mode.is_positive:
        return
    said = response.json()
    assert said.get("declared"), f"refused for no declared reason: {said}"
