"""The glossary: its words are those of the code, and the names that it retires are gone."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
WORDS, RETIRED = GLOSSARY.split("## Words that we do not use")
SOURCES = sorted((ROOT / "src").rglob("*.py"))


def test_every_word_is_used() -> None:
    text = " ".join(re.sub(r"[_\s]+", " ", path.read_text()) for path in SOURCES)
    # Names of classes are read as words: `ListenAddress` is a listen address.
    text = (text + re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)).lower()
    words = re.findall(r"^\| \*\*(.+?)\*\*", WORDS, flags=re.MULTILINE)
    assert words
    assert [word for word in words if word not in text] == []


def test_no_word_is_explained_twice() -> None:
    words = re.findall(r"^\| \*\*(.+?)\*\*", WORDS, flags=re.MULTILINE)
    assert sorted(words) == sorted(set(words))


def test_retired_names_are_gone() -> None:
    retired = {
        name
        for cell in re.findall(r"^\| (`.+?) \|", RETIRED, flags=re.MULTILINE)
        for name in re.findall(r"`(\w+)`", cell)
    }
    assert retired
    found = {f"{path.relative_to(ROOT)}: {name}" for path in SOURCES for name in defined(path) if name in retired}
    assert found == set()


def defined(path: Path) -> set[str]:
    """The classes and functions of a file."""
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)}


def test_sentences_say_who_does_it() -> None:
    """In a technical text, `nobody` and its like hide the one thing that a reader wants to know."""
    places = (ROOT / "src", ROOT / "marketplace")
    vague = re.compile(r"\b(whoever|nobody|somebody|everybody|anybody|for ever)\b", flags=re.IGNORECASE)
    found = {
        f"{path.relative_to(ROOT)}: {match.group()}"
        for place in places
        for path in place.rglob("*.py")
        for match in vague.finditer(path.read_text())
    }
    assert found == set()
