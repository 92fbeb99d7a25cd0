"""The check of one request: who is let in, and what the others are told."""

import pytest

from plures.access import TRACES, Access, Caller, CallerKind, Entrance, digest_of
from plures.errors import AccessDenied, CallError, Outcome, Unauthenticated

TOKEN = "one-token-of-a-caller"
PAY, REFUND = "/shop.payments.v1.Payments/Pay", "/shop.payments.v1.Payments/Refund"
TAKE = "/shop.payments.v1.Payments/OnOrderPlaced"
OPERATIONS = {"payments": (PAY, REFUND), "tax": ("/shop.tax.v1.Tax/Quote",)}
DELIVERIES = {"payments": (TAKE,)}


def entrance(*callers: Caller) -> Entrance:
    return Entrance(Access(callers), "shop", operations=OPERATIONS, deliveries=DELIVERIES)


def caller(*may_call: str, kind: CallerKind = CallerKind.PROCESS, **more: tuple[str, ...]) -> Caller:
    return Caller("checkout", kind, digest_of(TOKEN), may_call, **more)


def asks(it: Entrance, path: str, authorization: bytes | None = b"Bearer " + TOKEN.encode(), peer: str = "") -> str:
    """The code of the refusal; empty where there is none."""
    refusal = it.refusal(path, peer, authorization)
    assert refusal is None or (isinstance(refusal, CallError) and refusal.outcome is Outcome.NOT_SENT)
    return "" if refusal is None else refusal.status.value


def test_a_caller_that_may_is_let_in_again_and_again() -> None:
    it = entrance(caller("payments"))
    assert [asks(it, PAY), asks(it, REFUND), asks(it, PAY)] == ["", "", ""]


def test_a_right_may_be_for_one_operation() -> None:
    it = entrance(caller("payments/Pay", kind=CallerKind.OUTSIDE))
    assert [asks(it, PAY), asks(it, REFUND)] == ["", "permission_denied"]


@pytest.mark.parametrize(
    ("right", "allowed"),
    [
        ("search", "v1/Find v2/Find v2/Count"),
        ("search.v1", "v1/Find"),
        ("search.v2", "v2/Find v2/Count"),
        ("search/Find", "v1/Find v2/Find"),
        ("search.v1/Find", "v1/Find"),
        ("search.v1/Count", ""),
        ("search.v3", ""),
        ("*", "v1/Find v2/Find v2/Count"),
    ],
)
def test_a_right_may_be_for_one_version(right: str, allowed: str) -> None:
    paths = {each: f"/shop.search.{each[:2]}.Search{each[2:]}" for each in ("v1/Find", "v2/Find", "v2/Count")}
    served = {"search": tuple(paths.values())}
    it = Entrance(Access((caller(right),)), "shop", operations=served, deliveries={})
    assert [name for name, path in paths.items() if not asks(it, path)] == allowed.split()


@pytest.mark.parametrize(
    "header",
    [
        b"bearer one-token-of-a-caller",
        b"BEARER one-token-of-a-caller",
        b"Bearer   one-token-of-a-caller",
        b" Bearer one-token-of-a-caller\t",
    ],
)
def test_a_header_may_be_spelled_as_http_allows(header: bytes) -> None:
    it = entrance(caller("payments"))
    assert [asks(it, PAY, header), asks(it, REFUND, header)] == ["", ""]


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (None, "does not say who it is"),
        (b"", "is not one Bearer token"),
        (b"Bearer", "is not one Bearer token"),
        (b"Bearer ", "is not one Bearer token"),
        (b"one-token-of-a-caller", "is not one Bearer token"),
        (b"Basic b25lLXRva2VuLW9mLWEtY2FsbGVy", "is not one Bearer token"),
        (b"Bearer one-token-of-a-caller, Bearer one-token-of-a-caller", "is not one Bearer token"),
        (b"Bearer one-token-of-a-caller one", "is not one Bearer token"),
        (b"Bearer one-token-of-a-calle", "is not known here"),
        (b"Bearer ONE-TOKEN-OF-A-CALLER", "is not known here"),
        (b"Bearer " + b"x" * 100_000, "is not known here"),
        ("Bearer tökën".encode(), "is not known here"),
        (b"Bearer \xff\xfe\x00", "is not known here"),
        (b"Bearer " + digest_of(TOKEN).encode(), "is not known here"),
    ],
)
def test_a_caller_without_a_right_token_is_no_caller(header: bytes | None, why: str) -> None:
    it = entrance(caller("payments"))
    for _ in range(2):
        refusal = it.refusal(PAY, "", header)
        assert isinstance(refusal, Unauthenticated)
        assert why in refusal.why
        assert TOKEN not in str(refusal)
    assert asks(it, PAY) == ""


def test_without_callers_all_is_refused() -> None:
    assert asks(entrance(), PAY) == "unauthenticated"


def test_a_caller_that_the_call_graph_does_not_have() -> None:
    refusal = entrance(caller("tax")).refusal(PAY, "", b"Bearer " + TOKEN.encode())
    assert isinstance(refusal, AccessDenied)
    assert refusal.what == "Call of shop.payments.v1.Payments/Pay failed (not sent)"
    assert refusal.why == (
        "process 'checkout' may not call it: no constructor of a capability in it names Payments of shop.payments.v1, nor does its edge; "
        "let the one that calls ask for Payments"
    )


@pytest.mark.parametrize(
    ("kind", "fix"),
    [
        (
            CallerKind.OUTSIDE,
            "caller 'checkout' may not call it: add \"payments/Pay\" to may_call of [access.callers.checkout]",
        ),
        (
            CallerKind.COMMAND,
            "process 'checkout' may not call it: add \"payments/Pay\" to may_call of process 'checkout'",
        ),
    ],
)
def test_what_lets_the_others_in(kind: CallerKind, fix: str) -> None:
    refusal = entrance(caller("tax", kind=kind)).refusal(PAY, "", b"Bearer " + TOKEN.encode())
    assert refusal is not None
    assert refusal.why.startswith(fix)


@pytest.mark.parametrize("path", ["/contracts", "/moves/track", "/plures.events.v1.EventAdmin/Status", "/", ""])
def test_pages_and_admin_are_for_the_tools(path: str) -> None:
    assert asks(entrance(caller("payments", "tax")), path) == "permission_denied"
    assert asks(entrance(caller(kind=CallerKind.TOOLS)), path) == ""


def test_a_caller_of_everything_may_read_the_listing_and_move_nothing() -> None:
    it = entrance(caller("*", kind=CallerKind.OUTSIDE))
    asked = (PAY, "/shop.tax.v1.Tax/Quote", "/contracts", TAKE, "/moves/track", "/plures.sagas.v1.SagaAdmin/Resume")
    assert [asks(it, path) for path in asked] == ["", "", "", *["permission_denied"] * 3]


def test_commands_may_send_their_spans_and_others_may_not() -> None:
    for kind in CallerKind:
        it = entrance(caller(kind=kind))
        is_let_in = kind in (CallerKind.COMMAND, CallerKind.TOOLS)
        assert asks(it, TRACES) == ("" if is_let_in else "permission_denied")
    assert asks(entrance(caller(kind=CallerKind.COMMAND)), PAY) == "permission_denied"


def test_who_may_call_a_capability_brings_it_no_events_and_the_other_way_round() -> None:
    assert asks(entrance(caller("payments")), TAKE) == "permission_denied"
    it = entrance(caller(may_deliver_to=("payments",)))
    assert [asks(it, TAKE), asks(it, PAY)] == ["", "permission_denied"]


def test_an_operation_of_a_newer_contract_is_unknown_rather_than_forbidden() -> None:
    newer = "/shop.payments.v1.Payments/PayLater"
    assert asks(entrance(caller("payments")), newer) == ""
    assert asks(entrance(caller("payments/Pay")), newer) == "permission_denied"


def test_the_certificate_of_the_connection_comes_first() -> None:
    it = entrance(caller("payments"), Caller("tax", CallerKind.PROCESS, may_call=("tax",)))
    assert asks(it, PAY, None, "spiffe://shop/checkout") == ""
    assert asks(it, PAY, peer="spiffe://shop/tax") == "permission_denied"
    for stranger in ("spiffe://shop/plures", "spiffe://other/checkout", "spiffe://shop/", "spiffe://shop/checkout/x"):
        assert asks(it, PAY, None, stranger) == "unauthenticated"
        assert asks(it, PAY, peer=stranger) == ""


def test_the_commands_may_show_a_certificate_of_their_own() -> None:
    it = entrance(Caller("plures", CallerKind.TOOLS, digest_of(TOKEN)))
    assert [asks(it, path, None, "spiffe://shop/plures/tools") for path in (PAY, "/contracts", "/moves/track")] == [
        ""
    ] * 3
    assert asks(it, PAY, None, "spiffe://other/plures/tools") == "unauthenticated"
    assert asks(entrance(caller("tax")), PAY, None, "spiffe://shop/plures/tools") == "unauthenticated"


def test_an_unknown_certificate_is_told_its_name() -> None:
    refusal = entrance(caller("payments")).refusal(PAY, "spiffe://shop/mail", None)
    assert refusal is not None
    assert refusal.why.startswith("the certificate of the caller is of spiffe://shop/mail, which is no process")


def test_a_caller_without_a_token_is_not_the_one_with_an_empty_token() -> None:
    it = entrance(Caller("tax", CallerKind.PROCESS, may_call=("payments",)))
    assert {asks(it, PAY, header) for header in (None, b"", b"Bearer ", b"Bearer")} == {"unauthenticated"}


def test_who_would_be_let_in_is_known_by_the_head_and_counted_by_none() -> None:
    arrived: list[str] = []
    outside = caller("payments/Pay", kind=CallerKind.OUTSIDE)
    it = Entrance(
        Access((outside,)), "shop", operations=OPERATIONS, deliveries=DELIVERIES,
        arrived=lambda _, path: arrived.append(path),
    )  # fmt: skip
    right = b"Bearer " + TOKEN.encode()
    assert [it.admits(PAY, "", right), it.admits(REFUND, "", right)] == [True, False]
    assert [it.admits(PAY, "", None), it.admits(PAY, "", b"Bearer wrong")] == [False, False]
    assert arrived == []
