"""Answers of peers that are no Plures hosts, or almost are: each of them is a failed call, and none makes our code fail."""

import json
from typing import Any

import pytest
from lab import Refused, Trouble

from plures import Internal, Outcome, Unavailable, Unimplemented
from plures.contract import read_contract
from plures.errors import AccessDenied, CallError, Unauthenticated
from plures.runtime import Reply
from plures.runtime.connect import answer_of

OPERATION = read_contract(Trouble)[0].operations["fail"]


def failure(reply: Reply) -> CallError:
    with pytest.raises(CallError) as caught:
        answer_of(OPERATION, reply)
    return caught.value


@pytest.mark.parametrize(
    ("http_status", "kind", "status", "outcome"),
    [
        (404, Unimplemented, "unimplemented", Outcome.NOT_SENT),
        (400, Internal, "internal", Outcome.MAY_HAVE_RUN),
        (401, Unauthenticated, "unauthenticated", Outcome.NOT_SENT),
        (403, AccessDenied, "permission_denied", Outcome.NOT_SENT),
        (405, CallError, "unknown", Outcome.MAY_HAVE_RUN),
        (429, Unavailable, "unavailable", Outcome.MAY_HAVE_RUN),
        (500, CallError, "unknown", Outcome.MAY_HAVE_RUN),
        (502, Unavailable, "unavailable", Outcome.MAY_HAVE_RUN),
        (503, Unavailable, "unavailable", Outcome.MAY_HAVE_RUN),
        (504, Unavailable, "unavailable", Outcome.MAY_HAVE_RUN),
        (302, CallError, "unknown", Outcome.MAY_HAVE_RUN),
        (204, CallError, "unknown", Outcome.MAY_HAVE_RUN),
    ],
)
@pytest.mark.parametrize(
    "body", [b"<html>sorry</html>", b"", b"\xff", b"[]", b'"unavailable"', b"null", b"{}", b"[" * 5000]
)
def test_plain_http(http_status: int, kind: type[CallError], status: str, outcome: Outcome, body: bytes) -> None:
    error = failure(Reply(http_status, body))
    assert (type(error), error.status, error.outcome) == (kind, status, outcome)
    assert error.why == f"the peer answered HTTP {http_status}"


@pytest.mark.parametrize(
    "body",
    [
        b'{"code":5,"message":6,"details":7}',
        b'{"code":"no such code","message":["x"],"details":{"type":"lab.trouble.v1.Gone"}}',
        b'{"code":null,"details":[null,1,"x",{},{"type":1},{"type":"lab.trouble.v1.Other","debug":{}}]}',
        b'{"code":{},"message":""}',
    ],
)
def test_errors_that_are_almost_of_the_protocol(body: bytes) -> None:
    error = failure(Reply(500, body))
    assert (type(error), error.status, error.outcome) == (CallError, "unknown", Outcome.MAY_HAVE_RUN)


@pytest.mark.parametrize("debug", ['{"who":5}', '{"who":"x"}', "[]", '"text"', "5", '{"until":[[]]}', '{"who":null}'])
def test_a_declared_error_with_other_fields_keeps_its_code_and_text(debug: str) -> None:
    detail = '{"type":"lab.trouble.v1.Refused","debug":' + debug + "}"
    body = f'{{"code":"permission_denied","message":"not today","details":[{detail}]}}'.encode()
    error = failure(Reply(403, body))
    assert (type(error), error.status, error.why) == (AccessDenied, "permission_denied", "not today")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"<html>", b'{"value":5}', b'{"value":[]}', b'{"value":{"value":"x"}}', b"\xff\xff", b"[" * 5000],
)
def test_an_answer_that_breaks_the_contract_is_internal(body: bytes) -> None:
    error = failure(Reply(200, body))
    assert (type(error), error.outcome) == (Internal, Outcome.MAY_HAVE_RUN)


@pytest.mark.parametrize("body", [b"{}", b'{"value":null}', b'{"value":""}', b'{"addedLater":"x"}'])
def test_an_answer_without_its_value_is_its_zero(body: bytes) -> None:
    """Peers with proto3 messages leave out what is empty."""
    assert answer_of(OPERATION, Reply(200, body)) == ""


@pytest.mark.parametrize("code", ["permission_denied", "unauthenticated", "unimplemented"])
@pytest.mark.parametrize("http_status", [401, 403, 404, 501])
def test_an_operation_that_ran_may_fail_with_any_code(code: str, http_status: int) -> None:
    """A newer callee raises a declared error that this caller does not know: what it did before is done."""
    body = json.dumps({"code": code, "details": [{"type": "lab.trouble.v1.DeclaredLater", "debug": {}}]}).encode()
    assert failure(Reply(http_status, body)).outcome is Outcome.MAY_HAVE_RUN


def test_the_outcome_that_the_peer_tells_counts() -> None:
    body = b'{"code":"resource_exhausted","message":"queue is full"}'
    assert failure(Reply(429, body, "not sent")).outcome is Outcome.NOT_SENT
    assert failure(Reply(429, body, "perhaps")).outcome is Outcome.MAY_HAVE_RUN


def test_what_a_contract_declares_arrives_as_itself() -> None:
    fields: dict[str, Any] = {"who": "me", "until": "2030-01-01T00:00:00Z", "attempts": "3"}
    name = "lab.trouble.v1.Refused"
    for told in (
        {"declared": {"type": name, "fields": fields}},
        {"details": [{"type": name, "value": "CgJtZQ", "debug": fields}]},
    ):
        with pytest.raises(Refused) as caught:
            answer_of(OPERATION, Reply(403, json.dumps({"code": "permission_denied", **told}).encode()))
        assert (caught.value.who, caught.value.attempts) == ("me", 3)


@pytest.mark.parametrize(
    "told",
    [
        {"declared": {"type": "lab.trouble.v1.Refused"}},
        {"declared": ["lab.trouble.v1.Refused"]},
        {"declared": {"type": ["lab.trouble.v1.Refused"], "fields": 5}},
        {"details": [{"type": "lab.trouble.v1.Refused", "value": "CgJtZQ"}]},
    ],
)
def test_a_declared_error_whose_fields_cannot_be_read_keeps_its_code(told: dict[str, Any]) -> None:
    body = json.dumps({"code": "permission_denied", "message": "not today", **told}).encode()
    error = failure(Reply(403, body))
    assert (type(error), error.status, error.why) == (AccessDenied, "permission_denied", "not today")


@pytest.mark.parametrize(
    ("content_type", "encoding", "status"),
    [
        (b"text/html", b"", "unknown"),
        (b"", b"", "unknown"),
        (b"image/jpeg", b"gzip", "unknown"),
        (b"application/proto", b"", "internal"),
        (b"application/connect+json", b"", "internal"),
        (b"application/json", b"gzip", "internal"),
        (b"application/json", b"br", "internal"),
        (b"\xff\xfe", b"", "unknown"),
    ],
)
def test_an_answer_of_another_form_is_not_read(content_type: bytes, encoding: bytes, status: str) -> None:
    error = failure(Reply(200, b'{"value":"x"}', None, content_type, encoding))
    assert (error.status, error.outcome) == (status, Outcome.MAY_HAVE_RUN)


@pytest.mark.parametrize("content_type", [b"application/json", b"Application/JSON", b"application/json; charset=utf-8"])
def test_json_may_be_named_in_several_ways(content_type: bytes) -> None:
    assert answer_of(OPERATION, Reply(200, b'{"value":"x"}', None, content_type, b"Identity")) == "x"
    error = failure(Reply(400, b'{"code":"data_loss","message":"gone"}', None, content_type))
    assert (error.status, error.why) == ("data_loss", "gone")


@pytest.mark.parametrize("content_type", [b"text/html", b"", b"application/proto", b"application/problem+json"])
@pytest.mark.parametrize(
    ("http_status", "status", "outcome"),
    [
        (404, "unimplemented", Outcome.NOT_SENT),
        (400, "internal", Outcome.MAY_HAVE_RUN),
        (503, "unavailable", Outcome.MAY_HAVE_RUN),
        (418, "unknown", Outcome.MAY_HAVE_RUN),
    ],
)
def test_an_error_of_another_form_is_known_by_its_http_status(
    content_type: bytes, http_status: int, status: str, outcome: Outcome
) -> None:
    error = failure(Reply(http_status, b'{"code":"data_loss","message":"gone"}', None, content_type))
    assert (error.status, error.outcome) == (status, outcome)
    # What the peer says of the outcome stands in a header of its own.
    told = failure(Reply(http_status, b"", "not sent", content_type))
    assert told.outcome is Outcome.NOT_SENT
