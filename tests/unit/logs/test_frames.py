"""Of a traceback the user's frames are shown; the others are counted."""

import json
import sysconfig
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import plures
from plures.logs import own_frames, own_packages
from plures.logs.frames import package_of, trace_of

SITE = Path(sysconfig.get_path("purelib"))


@pytest.mark.parametrize(
    ("file", "package"),
    [
        (f"{Path(plures.__file__).parent}/runtime/local.py", "plures"),
        (f"{SITE}/starlette/routing.py", "starlette"),
        (f"{SITE}/six.py", "six"),
        ("/usr/lib/python3/dist-packages/yaml/x.py", "yaml"),
        (json.__file__, "python"),
        ("<frozen runpy>", "python"),
        ("/home/me/shop/.venv/lib/python3.12/site-packages/starlette/x.py", "starlette"),
        ("/home/me/shop/app.py", ""),
        ("/home/me/plures/app.py", ""),
        ("app.py", ""),
    ],
)
def test_whose_code_a_file_is(file: str, package: str) -> None:
    assert package_of(file) == package


def test_an_installed_application_is_the_users() -> None:
    file = f"{SITE}/installed_shop/app.py"
    assert package_of(file) == "installed_shop"
    own_packages("installed_shop.app:app")
    assert package_of(file) == ""


def code(file: str, text: str) -> Any:
    module = ModuleType("made")
    exec(compile(text, file, "exec"), vars(module))
    return module


FRAMEWORK = code(
    f"{SITE}/starlette/made.py", "def through(f):\n    return f()\n\ndef fails():\n    raise OSError('inside')\n"
)
USER = code(
    "/home/me/shop/app.py",
    "def fails():\n    raise ValueError('mine')\n"
    "def chained(f):\n    try:\n        f()\n    except Exception as error:\n        raise KeyError('outer') from error\n"
    "def hidden(f):\n    try:\n        f()\n    except Exception:\n        raise KeyError('outer') from None\n"
    "def deep(n=0):\n    deep(n + 1)\n",
)


def trace(work: Callable[[], object]) -> str:
    """The trace of what the work raises, without the frames of this test."""
    try:
        FRAMEWORK.through(work)
    except BaseException as error:  # noqa: BLE001 - as the log takes any
        error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
        return trace_of(error)
    raise AssertionError


def test_frames_of_others_are_folded() -> None:
    assert trace(USER.fails) == (
        "Traceback (most recent call last):\n"
        '  File "/home/me/shop/app.py", line 2, in fails\n'
        "ValueError: mine\n"
        "(1 frame of starlette left out)"
    )


def test_the_chain_is_kept() -> None:
    shown = trace(lambda: USER.chained(FRAMEWORK.fails))
    assert "OSError: inside" in shown
    assert "direct cause" in shown
    assert "KeyError: 'outer'" in shown
    assert "starlette/made.py" not in shown
    assert "(2 frames of starlette left out)" in shown


def test_what_the_user_hides_stays_hidden() -> None:
    shown = trace(lambda: USER.hidden(FRAMEWORK.fails))
    assert "OSError" not in shown
    assert "(1 frame of starlette left out)" in shown


def test_groups_are_kept() -> None:
    def fail() -> None:
        errors = []
        for work in (USER.fails, FRAMEWORK.fails):
            try:
                work()
            except Exception as error:  # noqa: BLE001 - as above
                errors.append(error)
        raise ExceptionGroup("two", errors)

    shown = trace(fail)
    assert "ValueError: mine" in shown
    assert "OSError: inside" in shown
    assert "starlette/made.py" not in shown


def test_an_error_of_others_alone_keeps_its_frames() -> None:
    shown = trace(FRAMEWORK.fails)
    assert "starlette/made.py" in shown
    assert "left out" not in shown


def test_notes_are_kept() -> None:
    def fail() -> None:
        error = ValueError("x")
        error.add_note("look at the moon")
        raise error

    assert "look at the moon" in trace(fail)


def test_endless_recursion_is_bounded() -> None:
    shown = trace(USER.deep)
    assert "RecursionError" in shown
    assert shown.count("in deep") <= 40


def test_an_error_that_cannot_be_shown_is_named() -> None:
    class Sly(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def fail() -> None:
        raise Sly

    assert "Sly" in trace(fail)


def test_where_code_stands_innermost_first() -> None:
    import sys

    places = own_frames(sys._getframe())
    assert places[0].endswith("in test_where_code_stands_innermost_first")
