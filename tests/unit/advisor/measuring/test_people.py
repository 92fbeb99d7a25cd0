import pytest

from plures.advisor.measuring.people import persons


@pytest.mark.parametrize(
    ("authors", "found"),
    [
        (["Ana Lima <a@one>", "ana  lima <a@two>", "Ben Ode <b@one>"], (0, 0, 2)),
        (["Ana Lima <a@one>", "al <A@one>"], (0, 0)),
        (["Ana <a@one>", "Ana <a@two>"], (0, 1)),
        (
            ["root <root@localhost>", "dev <root@localhost>", "Your Name <you@example.com>", "x <you@example.com>"],
            (0, 1, 2, 3),
        ),
        (["Ana Lima <a@one>", "al <a@two>", "Ana.Lima <a@two>"], (0, 0, 0)),
        ([], ()),
    ],
)
def test_one_person_has_one_address_or_one_full_name(authors: list[str], found: tuple[int, ...]):
    assert persons(authors) == found
