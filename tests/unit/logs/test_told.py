"""An error is logged once; what fails because of it is a line at most."""

import logging

import pytest

from plures.errors import Internal, Outcome
from plures.logs import is_told, mark_told, tell

LOG = logging.getLogger("tests.told")
ELSEWHERE = "a.v1.A/Go failed inside; the log of the process that hosts it has the traceback under request r-1"


def internal() -> Internal:
    error = Internal("a.v1.A/Go", "it failed inside", outcome=Outcome.MAY_HAVE_RUN)
    error.request_id = "r-1"
    return error


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, bool]]:
    return [(record.getMessage(), record.exc_info is not None) for record in caplog.records]


def test_an_error_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    error = ValueError("x")
    for _ in range(2):
        tell(LOG, error, "%s failed", "it")
    assert told(caplog) == [("it failed", True)]
    assert is_told(error)


def test_what_failed_elsewhere_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    error = internal()
    tell(LOG, error, "it failed")
    tell(LOG, ExceptionGroup("both", [error]), "and so did this")
    assert told(caplog) == [(f"it failed: {ELSEWHERE}", False)]


def test_a_group_with_an_error_of_ours_has_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    tell(LOG, ExceptionGroup("both", [internal(), ValueError("x")]), "it failed")
    assert told(caplog) == [("it failed", True)]


def test_work_that_starts_again_says_so_each_time(caplog: pytest.LogCaptureFixture) -> None:
    error = internal()
    mark_told(error)
    tell(LOG, error, "it starts again", again=True)
    assert told(caplog) == [(f"it starts again: {ELSEWHERE}", False)]
