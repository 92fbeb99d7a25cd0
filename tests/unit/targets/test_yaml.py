"""Values as YAML are the same values when they are read, by a reader of YAML 1.1, which takes more for other than text than 1.2 does."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from plures.targets import Value, documents_of, yaml_of

SCALARS = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(SCALARS, lambda below: st.lists(below) | st.dictionaries(st.text(), below), max_leaves=12)


@given(VALUES)
def test_what_is_read_is_what_was_written(value: Value) -> None:
    assert yaml.safe_load(yaml_of(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        "no", "Yes", "on", "null", "~", "", "1", "1e3", "0x1f", "0o17", "1_000", "12:30:45", "1.0", ".5", "2026-11-28", "a: b", "a #b",
        "#b", "- a", "{a}", "[a]", "&a", "*a", "!a", "%a", "@a", "`a", "'a", '"a', "a:", ":a", "a ", " a", "a\nb", "a\nb\n", "a\n\nb\n\n", "\n",
        " a\nb", "a\n b", "a\t", "=", "<<", "?", "? a", "|", ">", "é", "\u2028", "\x85", "\x00", "😀", "256m", "50%", "https://{process}:8001", "-1", "a,b", "NaN", ".inf",
    ],
)  # fmt: skip
def test_texts_stay_texts(text: str) -> None:
    assert yaml.safe_load(yaml_of({text or "empty": text, "list": [text, {"a": text}]})) == {
        text or "empty": text,
        "list": [text, {"a": text}],
    }


def test_it_looks_as_people_write_it() -> None:
    value: dict[str, Value] = {
        "kind": "Deployment",
        "spec": {"ports": [{"name": "control", "port": 8001}, "x"], "none": {}, "lines": "a\nb\n", "empty": []},
        "image": "docker.io/acme/shop:1.2",
        "version": "1.2",
    }
    assert yaml_of(value) == (
        "kind: Deployment\nspec:\n  ports:\n  - name: control\n    port: 8001\n  - x\n  none: {}\n  lines: |\n    a\n    b\n  empty: []\n"
        'image: docker.io/acme/shop:1.2\nversion: "1.2"\n'
    )


def test_documents() -> None:
    assert list(yaml.safe_load_all(documents_of([{"a": 1}, ["b"]]))) == [{"a": 1}, ["b"]]
