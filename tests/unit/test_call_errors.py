"""Failed calls: each Connect code has one class of the platform, whatever classes an application adds."""

import pytest

from plures import (
    AccessDenied,
    CallError,
    DeadlineExceeded,
    Internal,
    InvalidRequest,
    LimitExceeded,
    Outcome,
    Unauthenticated,
    Unavailable,
    Unimplemented,
)
from plures.errors import Status

OPERATION = "shop.v1.Shop/Buy"


class ShopCallFailed(CallError):
    """What an application may derive for its own use."""


class ShopIsClosed(Unavailable):
    """The same, from a class with a code of its own."""


OWN = {
    Status.INVALID_ARGUMENT: InvalidRequest,
    Status.DEADLINE_EXCEEDED: DeadlineExceeded,
    Status.UNAVAILABLE: Unavailable,
    Status.RESOURCE_EXHAUSTED: LimitExceeded,
    Status.UNIMPLEMENTED: Unimplemented,
    Status.INTERNAL: Internal,
    Status.UNAUTHENTICATED: Unauthenticated,
    Status.PERMISSION_DENIED: AccessDenied,
}


@pytest.mark.parametrize("status", Status)
def test_a_class_of_an_application_never_stands_for_a_code(status: Status) -> None:
    error = CallError.of(status, OPERATION, "it is closed", outcome=Outcome.MAY_HAVE_RUN)
    assert type(error) is OWN.get(status, CallError)
    assert (error.status, error.why, error.outcome) == (status, "it is closed", Outcome.MAY_HAVE_RUN)


def test_a_class_of_an_application_can_still_be_raised() -> None:
    error = ShopCallFailed(OPERATION, "it is closed", outcome=Outcome.NOT_SENT)
    assert (error.status, error.what) == ("unknown", f"Call of {OPERATION} failed (not sent)")


def test_a_deadline_says_whose_it_was() -> None:
    own = DeadlineExceeded(OPERATION, "late", outcome=Outcome.MAY_HAVE_RUN)
    inherited = DeadlineExceeded(OPERATION, "late", outcome=Outcome.MAY_HAVE_RUN, is_inherited=True)
    assert (own.is_inherited, inherited.is_inherited) == (False, True)
