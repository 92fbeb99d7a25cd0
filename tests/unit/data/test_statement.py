"""What counts as a name in a statement, in the texts of both dialects."""

import pytest

from plures.data.statement import spread


@pytest.mark.parametrize(
    "text", [r"E'it\'s :ids'", "$$:ids$$", "$tag$ $$ :ids $tag$", "':ids'", "a::ids", "/* :ids */"]
)
def test_a_name_inside_of_something_else_is_left(text: str) -> None:
    sql, values = spread(f"SELECT {text} WHERE id IN :ids", {"ids": ["a", "b"]})
    assert sql == f"SELECT {text} WHERE id IN (:ids_0, :ids_1)"
    assert values == {"ids_0": "a", "ids_1": "b"}
