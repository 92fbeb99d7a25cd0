"""An error that the lack of open files has caused is told as that, however many errors stand in between."""

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from plures.errors import TooManyFiles, none_left, out_of_files


def caused_by(cause: Exception) -> Exception:
    try:
        try:
            raise cause
        except Exception as error:
            message = "it could not be loaded"
            raise ValueError(message) from error
    except ValueError as error:
        return error


@pytest.fixture
def no_files() -> Iterator[None]:
    """This process can open no more files while the test runs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as stack:
        free = os.open(os.devnull, os.O_RDONLY)
        os.close(free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        yield


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_it_is_found_behind_others(number: int) -> None:
    found = out_of_files(caused_by(OSError(number, "too many")))
    assert isinstance(found, TooManyFiles)
    assert str(resource.getrlimit(resource.RLIMIT_NOFILE)[0]) in found.why
    assert out_of_files(caused_by(found)) is found


@pytest.mark.parametrize("error", [OSError(errno.ENOENT, "absent"), ValueError("wrong")])
def test_other_errors_are_left_alone(error: Exception) -> None:
    assert out_of_files(caused_by(error)) is None


def test_errors_in_a_circle() -> None:
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    assert out_of_files(one) is None


def test_whether_a_file_could_be_opened() -> None:
    assert not none_left(5)


@pytest.mark.usefixtures("no_files")
def test_no_file_can_be_opened() -> None:
    assert none_left()
    assert none_left(5)
