"""Words on labels stay inside of them."""

import pytest

from marketplace.catalog.pictures.lettering import lettering


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Tea", ("Tea",)),
        ("Brace and Bit", ("Brace", "and Bit")),
        ("Electroencephalograph", ("Electroencephalograph",)),
    ],
)
def test_lines(text: str, lines: tuple[str, ...]) -> None:
    assert lettering(text, 160, 120, 46).lines == lines


def test_long_words_get_small_letters() -> None:
    assert lettering("Electroencephalograph", 160, 120, 46).size < lettering("Tea", 160, 120, 46).size == 46


def test_letters_are_escaped() -> None:
    assert "&lt;b&gt;" in lettering("<b>", 100, 100, 20).svg(50, 0, "")
