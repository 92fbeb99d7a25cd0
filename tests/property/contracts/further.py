"""Changes of a contract beside those of one field: of its operations, its errors, its enums, its end."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

from plures.compat import Contract, Enumeration, Failure, Field, Named, Operation, Record, Scalar
from plures.contract import Stability

from .evolutions import LOOSER, OTHER, STRICTER

__all__ = ["FURTHER", "LOOSER", "OTHER", "STRICTER"]

Pair = tuple[Contract, Contract]


def _with_operations(contract: Contract, **changes: Any) -> Contract:
    return replace(contract, operations={"Do": replace(contract.operations["Do"], **changes)})


def _with_errors(contract: Contract, *names: str) -> Contract:
    """The contract whose operation fails with these; `Gone` and `Lost` share a status."""
    statuses = {"Gone": "not_found", "Lost": "not_found", "Late": "failed_precondition"}
    messages = {name: Record({"why": Field(Scalar("string"))}) for name in names}
    return replace(
        _with_operations(contract, errors=names),
        messages={**contract.messages, **messages},
        errors={name: Failure(statuses[name], name) for name in names},
    )


def _with_enum(contract: Contract, *members: str, closed: bool = False) -> Contract:
    """The contract whose request and answer have an enum of these."""
    fields = {"Request": Record({"e": Field(Named("E"))}), "Answer": Record({"e": Field(Named("E"))})}
    return replace(
        contract,
        messages={**contract.messages, **fields},
        enums={**contract.enums, "E": Enumeration(dict.fromkeys(members, 0), closed=closed)},
    )


def _fields(contract: Contract, **fields: Field) -> Contract:
    both = {"Request": Record(fields), "Answer": Record(fields)}
    return replace(contract, messages={**contract.messages, **both})


def _field_gone(contract: Contract, *, required: bool) -> Pair:
    kept, other = Field(Scalar("bool")), Field(Scalar("double"), required=required)
    return _fields(contract, kept=kept, other=other), _fields(contract, kept=kept)


def _renamed(contract: Contract, _: Random) -> Pair:
    other = Operation("query", True, False, 1.0, "Request", "Answer")
    return contract, replace(contract, operations={"Make": other})


def _swapped(pair: Pair) -> Pair:
    return pair[1], pair[0]


FURTHER: Mapping[str, Callable[[Contract, Random], Pair]] = {
    "operation gone": _renamed,
    "streams": lambda c, _: (c, _with_operations(c, streams=True)),
    "streams no more": lambda c, _: (_with_operations(c, streams=True), c),
    "command": lambda c, _: (c, _with_operations(c, kind="command")),
    "query": lambda c, _: (_with_operations(c, kind="command"), c),
    "not repeatable": lambda c, _: (
        _with_operations(c, kind="command", idempotent=True),
        _with_operations(c, kind="command", idempotent=False),
    ),
    "error added": lambda c, _: (_with_errors(c), _with_errors(c, "Gone")),
    "error added to a status": lambda c, _: (_with_errors(c, "Gone"), _with_errors(c, "Gone", "Lost")),
    "error added to the status of refusals": lambda c, _: (_with_errors(c), _with_errors(c, "Late")),
    "error gone": lambda c, _: (_with_errors(c, "Gone"), _with_errors(c)),
    "error gone from a status": lambda c, _: (_with_errors(c, "Gone", "Lost"), _with_errors(c, "Lost")),
    "field of an error": lambda c, _: (
        _with_errors(c, "Gone"),
        replace(_with_errors(c, "Gone"), messages={**c.messages, "Gone": Record({"why": Field(Scalar("int64"))})}),
    ),
    "member added": lambda c, _: (_with_enum(c, "A", "B"), _with_enum(c, "A", "B", "C")),
    "member gone": lambda c, _: (_with_enum(c, "A", "B", "C"), _with_enum(c, "A", "B")),
    "member added to a closed enum": lambda c, _: (
        _with_enum(c, "A", closed=True),
        _with_enum(c, "A", "B", closed=True),
    ),
    "required field gone": lambda c, _: _field_gone(c, required=True),
    "optional field gone": lambda c, _: _field_gone(c, required=False),
    "required field added": lambda c, _: _swapped(_field_gone(c, required=True)),
    "optional field added": lambda c, _: _swapped(_field_gone(c, required=False)),
    "deprecated": lambda c, _: (c, replace(c, stability=Stability.DEPRECATED, sunset=date(2040, 1, 1))),
    "earlier sunset": lambda c, _: (
        replace(c, stability=Stability.DEPRECATED, sunset=date(2040, 1, 2)),
        replace(c, stability=Stability.DEPRECATED, sunset=date(2040, 1, 1)),
    ),
}
