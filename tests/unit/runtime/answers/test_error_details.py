"""A declared error is a detail with its bytes where its contract is locked, so that official clients read its fields; of others, all stay."""

import base64
import json
from typing import Protocol

import msgspec
import pytest

from plures import CallError, ContractError, ErrorDetail, Status, contract, query
from plures.compat import binary_form, described, lock_text, read_lock
from plures.compat.numbers import numbered
from plures.contract import Binary, OperationDescription, read_contract
from plures.runtime import Reply, connect

RETRY = ErrorDetail("google.rpc.RetryInfo", b"\n\x02\x08\x05", {"retryDelay": "5s"})


class OutOfStock(ContractError, status="failed_precondition"):
    """Fewer pieces are left than were asked for."""

    product_id: str
    available: int = 0


@contract("lab.stock.v1", owner="tests")
class Stock(Protocol):
    @query(errors=[OutOfStock])
    async def take(self, product_id: str) -> int: ...


CONTRACT = read_contract(Stock)[0]
TAKE: OperationDescription = CONTRACT.operations["take"]


class Lock:
    """The binary forms of a replica whose contract is locked."""

    form: Binary = binary_form(CONTRACT, read_lock(lock_text(numbered(described(CONTRACT), None)), "the lock"))

    def of(self, operation: OperationDescription) -> Binary | None:
        return self.form if operation is TAKE else None

    def why_not(self, operation: OperationDescription) -> str:
        return f"{operation.full_name} is not locked"


def told(error: CallError | ContractError, *, is_locked: bool) -> dict[str, object]:
    body: dict[str, object] = json.loads(connect.error_reply(error, TAKE, Lock.form if is_locked else None).body)
    return body


def test_a_locked_error_is_a_detail_with_its_bytes() -> None:
    error = OutOfStock(product_id="p1", available=2).with_text("two are left").with_details(RETRY)
    body = told(error, is_locked=True)
    own, other = msgspec.convert(body["details"], list[dict[str, object]])
    assert (own["type"], own["debug"]) == ("lab.stock.v1.OutOfStock", {"productId": "p1", "available": 2})
    assert base64.b64decode(str(own["value"]) + "==") == b"\n\x02p1\x10\x02"
    assert other == {"type": RETRY.type, "value": "CgIIBQ", "debug": RETRY.debug}
    assert "details" not in told(OutOfStock(product_id="p1"), is_locked=False)


@pytest.mark.parametrize("is_locked", [True, False])
def test_callers_of_ours_get_the_same_either_way(is_locked: bool) -> None:
    error = OutOfStock(product_id="p1", available=2).with_text("two are left").with_details(RETRY)
    reply = connect.error_reply(error, TAKE, Lock.form if is_locked else None)
    with pytest.raises(OutOfStock, match="two are left") as caught:
        connect.answer_of(TAKE, reply)
    assert (caught.value, caught.value.error_details) == (error, (RETRY,))


def reply_of(**detail: object) -> Reply:
    body = {"code": "failed_precondition", "message": "no more", "details": [detail]}
    return Reply(400, json.dumps(body).encode(), content_type=b"application/json")


def test_bytes_of_another_peer_are_read_by_the_numbers_of_the_lock() -> None:
    reply = reply_of(type="lab.stock.v1.OutOfStock", value="CgJwMRAC")
    with pytest.raises(OutOfStock, match="no more") as caught:
        connect.answer_of(TAKE, reply, connect.binary_form_of(Lock.form))
    assert caught.value == OutOfStock(product_id="p1", available=2)
    with pytest.raises(CallError) as unread:
        connect.answer_of(TAKE, reply)
    assert unread.value.error_details == (ErrorDetail("lab.stock.v1.OutOfStock", b"\n\x02p1\x10\x02"),)


@pytest.mark.parametrize("value", ["CgJwMRA", "?", "/w"])
def test_damaged_bytes_leave_code_and_text(value: str) -> None:
    with pytest.raises(CallError, match="no more") as caught:
        connect.answer_of(
            TAKE, reply_of(type="lab.stock.v1.OutOfStock", value=value), connect.binary_form_of(Lock.form)
        )
    assert caught.value.status is Status.FAILED_PRECONDITION


@pytest.mark.parametrize(
    "detail",
    [
        {"type": "a.B", "value": "AP8"},
        {"type": "a.B", "value": "AP8="},
        {"type": "a.B", "value": "AP8", "debug": {"a": [1]}},
    ],
)
def test_details_that_nothing_knows_keep_their_bytes(detail: dict[str, object]) -> None:
    with pytest.raises(CallError) as caught:
        connect.answer_of(TAKE, reply_of(**detail))
    assert caught.value.error_details == (ErrorDetail("a.B", b"\x00\xff", detail.get("debug")),)
    again = json.loads(connect.error_reply(caught.value, TAKE).body)["details"]
    assert again == [detail | {"value": "AP8"}]


@pytest.mark.parametrize(
    "details", ["no list", [1, None, "x"], [{"value": "AA"}], [{"type": 5, "value": "AA"}], [{"type": "a", "value": 5}]]
)
def test_details_that_are_none_are_passed_over(details: object) -> None:
    body = {"code": "aborted", "message": "no more", "details": details}
    with pytest.raises(CallError, match="no more") as caught:
        connect.answer_of(TAKE, Reply(409, json.dumps(body).encode(), content_type=b"application/json"))
    assert (caught.value.status, caught.value.error_details) == (Status.ABORTED, ())
