"""Corrections of typing errors."""

import pytest

from marketplace.search.spelling import Spelling, errors


@pytest.mark.parametrize(
    ("typed", "meant", "count"),
    [
        ("cup", "cup", 0),
        ("cp", "cup", 1),
        ("cupp", "cup", 1),
        ("cap", "cup", 1),
        ("ucp", "cup", 1),
        ("choclate", "chocolate", 1),
        ("chocolaet", "chocolate", 1),
        ("kitten", "sitting", 3),
        ("", "cup", 3),
    ],
)
def test_errors(typed: str, meant: str, count: int) -> None:
    assert errors(typed, meant) == errors(meant, typed) == count


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("chocolat", "chocolate"),
        ("choclat", "chocolate"),
        ("umbrela", "umbrella"),
        ("tabel", "table"),
        ("table", None),
        ("xable", "table"),
        ("zzzzzzz", None),
        ("cpu", None),
        ("tabbbl", None),
    ],
)
def test_nearest(typed: str, nearest: str | None) -> None:
    spelling = Spelling(["chocolate", "umbrella", "table", "cup"])
    assert spelling.nearest(typed) == nearest


def test_of_two_that_are_as_near_the_more_frequent_one() -> None:
    assert Spelling(["bread", "breed", "breed"]).nearest("breod") == "breed"
    assert Spelling(["bread", "bread", "breed"]).nearest("breod") == "bread"
