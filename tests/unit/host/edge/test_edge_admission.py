"""The edge refuses what it cannot answer in time, with an answer that a person can read, and lets in first who is about to pay."""

from typing import Any

import pytest

from plures import Application
from plures.application import assemble
from plures.contract import Criticality
from plures.errors import InvalidInput
from plures.host.edge import Edge, EdgeAdmission
from plures.runtime import Capacity, Gate, Policy, current

CRITICAL, NORMAL, SHEDDABLE = Criticality.CRITICAL, Criticality.NORMAL, Criticality.SHEDDABLE


async def application(scope: Any, receive: Any, send: Any) -> None:
    del receive
    if scope["type"] == "http":
        call = current.get()
        assert call is not None
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": call.criticality.value.encode()})


def edge(*, is_full: bool = True, **criticality: Criticality) -> Edge:
    """One that has a place for a critical request alone, or for all."""
    capacity = Capacity(least=0)
    capacity.places, capacity.inside = 10.0, 9 if is_full else 0
    gate = Gate(Policy(least_at_once=1, queue_s=0.001), capacity)
    return Edge(application, admission=EdgeAdmission(gate, {f"/{path}": each for path, each in criticality.items()}))


async def ask(
    some: Edge, path: str = "/", method: str = "GET", accept: bytes = b"*/*"
) -> tuple[int, dict[bytes, bytes], str]:
    sent: list[Any] = []

    async def send(event: Any) -> None:
        sent.append(event)

    scope = {"type": "http", "method": method, "path": path, "headers": [(b"accept", accept)]}
    await some(scope, None, send)
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(each.get("body", b"") for each in sent[1:]).decode()


async def test_a_browser_gets_a_page_that_asks_again_by_itself() -> None:
    status, headers, body = await ask(edge(), accept=b"text/html,application/xhtml+xml")
    assert (status, headers[b"retry-after"], headers[b"cache-control"]) == (503, b"2", b"no-store")
    assert headers[b"content-length"] == str(len(body.encode())).encode()
    assert "<h1>One moment</h1>" in body
    assert 'http-equiv="refresh" content="2"' in body
    _, _, body = await ask(edge(), method="POST", accept=b"text/html")
    assert "refresh" not in body


@pytest.mark.parametrize("head", [b"GET /now\r\n\r\n", b"GET /now", b"GET /"])
def test_what_is_no_request_line_is_left_to_who_reads_requests(head: bytes) -> None:
    assert edge(is_full=False).refusal(head) is None


async def test_others_get_a_line_of_text() -> None:
    status, headers, body = await ask(edge())
    assert (status, headers[b"content-type"]) == (503, b"text/plain; charset=utf-8")
    assert body == "Too many people are here at this moment. Please try again in a few seconds.\n"


async def test_how_much_a_request_matters_is_said_by_the_longest_path_that_fits() -> None:
    some = edge(is_full=False, checkout=CRITICAL, pictures=SHEDDABLE, **{"pictures/large": NORMAL})
    paths = {
        "/checkout": "critical", "/checkout/3": "critical", "/checkouts": "normal", "/": "normal",
        "/pictures/a.svg": "sheddable", "/pictures/large/a.svg": "normal",
    }  # fmt: skip
    assert {path: (await ask(some, path))[2] for path in paths} == paths


async def test_the_critical_ones_are_let_in() -> None:
    some = edge(checkout=CRITICAL)
    assert [(await ask(some, path))[0] for path in ("/", "/checkout", "/search")] == [503, 200, 503]


async def test_a_root_path_makes_all_of_it_critical() -> None:
    admission = EdgeAdmission(Gate(Policy(), Capacity(4)), {"/": CRITICAL})
    assert admission.criticality_of("/anything/below") is CRITICAL


def test_what_is_no_criticality_is_refused_at_assembly() -> None:
    wrong: Any = {"/checkout": "very", "cart": "critical"}
    with pytest.raises(InvalidInput) as refused:
        assemble(Application("shop", [], edge=application, edge_criticality=wrong))
    assert [each.code for each in refused.value.violations] == ["application.edge_criticality"] * 2
