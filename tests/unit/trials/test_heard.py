"""How an error is read that a service in another language sent."""

import json
from typing import Protocol

from plures import ContractError, contract, query
from plures.contract import read_contract
from plures.trials.heard import read_error


class TooHeavy(ContractError, status="out_of_range"):
    limit_g: int


@contract("yard.crane.v1", owner="tests")
class Crane(Protocol):
    @query(errors=[TooHeavy])
    async def lift(self, weight_g: int) -> None: ...


LIFT = read_contract(Crane)[0].operations["lift"]


def error(*details: object) -> bytes:
    return json.dumps({"code": "out_of_range", "message": "", "details": details}).encode()


def test_a_declared_error_may_stand_among_the_details() -> None:
    other = {"type": "google.rpc.RetryInfo", "value": "CgIIAQ"}
    said = {"type": "yard.crane.v1.TooHeavy", "value": "CAU", "debug": {"limitG": "5"}}
    heard = read_error(LIFT, error(other, said), never_ran=False)
    assert (heard.declared, heard.body, heard.is_fine) == ("yard.crane.v1.TooHeavy", {"limitG": 5}, True)


def test_its_fields_must_be_those_of_the_contract() -> None:
    heard = read_error(LIFT, error({"type": "yard.crane.v1.TooHeavy", "debug": {"limitG": "much"}}), never_ran=False)
    assert not heard.is_fine


def test_details_of_other_kinds_declare_nothing() -> None:
    heard = read_error(LIFT, error({"type": "yard.crane.v1.TooOld", "debug": {}}), never_ran=False)
    assert (heard.declared, heard.is_fine) == ("", False)
