"""A request context is believed where a process of the run has signed it for this very request, and not for long."""

from collections.abc import Callable
from time import time

import pytest

from plures import Message
from plures.contract import read_message
from plures.runtime.acting import (
    MOST_SEALED_BYTES,
    ContextKind,
    ContextMismatch,
    Forged,
    Seal,
    Unreadable,
    acting_of,
    new_key,
)


class Shopper(Message):
    user: str
    roles: tuple[str, ...] = ()


class Clerk(Message):
    user: int


def kind(python: type = Shopper) -> ContextKind:
    codec, _ = read_message(python, "a test")
    assert codec is not None
    return ContextKind(python, codec)


KEY = new_key()
ANNA = Shopper("Änna", ("guest",))


class Clock:
    def __init__(self) -> None:
        self.now = 1_764_230_405.0

    def __call__(self) -> float:
        return self.now


def seal(clock: Callable[[], float] = time, keys: tuple[str, ...] = (KEY,)) -> Seal:
    return Seal(kind(), keys, clock)


def header(request_id: str = "r1", remaining_s: float = 1.0, clock: Callable[[], float] = time) -> bytes:
    return seal(clock).header(acting_of(ANNA), request_id, remaining_s).encode()


def test_what_was_signed_is_read_by_another_process() -> None:
    found = seal().open(header(), "r1")
    assert found is not None
    assert found.message == ANNA


def test_what_arrived_goes_on_as_it_came() -> None:
    here, sent = seal(), header(remaining_s=5)
    found = here.open(sent, "r1")
    assert found is not None
    assert here.header(found, "r1", 4.0) == sent.decode()


def test_a_request_that_calls_often_signs_once() -> None:
    here, acting = seal(), acting_of(ANNA)
    first = here.header(acting, "r1", 5.0)
    assert here.header(acting, "r1", 0.3) is first
    assert here.header(acting, "r2", 5.0) != first
    short = here.header(acting, "r2", 5.0)
    assert here.header(acting, "r2", 5000.0) != short


@pytest.mark.parametrize("place", range(0, 200, 7))
def test_no_byte_of_it_can_be_changed(place: int) -> None:
    sent = bytearray(header())
    sent[place % len(sent)] ^= 1
    with pytest.raises(Forged):
        seal().open(bytes(sent), "r1")


@pytest.mark.parametrize(
    "sent", [b"", b".", b"v1", b"....", b"eyJ1c2VyIjoiYW5uYSJ9", b'{"user":"anna"}', b"\xff" * 20, header()[:-1], header()[:-40], header()[3:]],
    # The key is drawn anew in each process of the tests.
    ids=["empty", "a dot", "a version", "dots", "no signature", "JSON", "bytes", "an end less", "half", "no version"],
)  # fmt: skip
def test_what_is_cut_off_or_not_signed_is_refused(sent: bytes) -> None:
    with pytest.raises(Forged):
        seal().open(sent, "r1")


def test_it_cannot_be_moved_to_another_request() -> None:
    for request_id in ("r2", "", "r1\n"):
        with pytest.raises(Forged, match="not this request"):
            seal().open(header("r1"), request_id)


def test_the_signature_of_another_run_counts_nothing() -> None:
    with pytest.raises(Forged, match="another run"):
        seal(keys=(new_key(),)).open(header(), "r1")


def test_keys_are_exchanged_one_process_after_the_other() -> None:
    new = new_key()
    both, sent = seal(keys=(new, KEY)), header()
    assert both.open(sent, "r1")
    signed_anew = both.header(acting_of(ANNA), "r1", 1.0).encode()
    assert seal(keys=(KEY, new)).open(signed_anew, "r1")
    with pytest.raises(Forged):
        seal().open(signed_anew, "r1")


def test_it_counts_for_some_minutes_more_than_the_call_may_take() -> None:
    clock = Clock()
    sent = header(remaining_s=10, clock=clock)
    for passed_s in (0, -3600, 309):
        clock.now = 1_764_230_405.0 + passed_s
        assert seal(clock).open(sent, "r1")
    clock.now = 1_764_230_405.0 + 311
    with pytest.raises(Forged, match="counts no more"):
        seal(clock).open(sent, "r1")


def test_a_clock_that_jumps_costs_a_signature_and_no_call() -> None:
    clock = Clock()
    here, acting = seal(clock), acting_of(ANNA)
    for jump_s in (0, 7200, -90_000, 7200):
        clock.now += jump_s
        assert here.open(here.header(acting, "r1", 1.0).encode(), "r1")


def test_tools_sign_json_without_knowing_the_class() -> None:
    sent = Seal(None, (KEY,)).header_of('{"user":"anna","more":1}', "r1", 1.0)
    found = seal().open(sent.encode(), "r1")
    assert found is not None
    assert found.message == Shopper("anna")
    with pytest.raises(Unreadable):
        seal().open(Seal(None, (KEY,)).header_of('{"user":5}', "r1", 1.0).encode(), "r1")


def test_too_long_is_refused_before_it_is_read() -> None:
    with pytest.raises(Unreadable, match="the most"):
        seal().open(b"v1." + b"a" * MOST_SEALED_BYTES, "r1")


def test_another_type_is_refused_at_both_ends() -> None:
    clerk = Seal(kind(Clerk), (KEY,))
    with pytest.raises(Unreadable, match="not a Shopper"):
        seal().open(clerk.header(acting_of(Clerk(1)), "r1", 1.0).encode(), "r1")
    for named in (seal(), Seal(None, (KEY,))):
        with pytest.raises(ContextMismatch):
            named.header(acting_of(Clerk(1)), "r1", 1.0)


def test_without_a_declared_type_it_is_passed_over() -> None:
    assert Seal(None, (KEY,)).open(b"anything", "r1") is None


def test_no_secret_is_shown() -> None:
    assert KEY not in repr(seal()) + header().decode()
