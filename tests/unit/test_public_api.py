"""What each package offers, name by name, beside the list of what it is meant to offer."""

import importlib
import pkgutil
from pathlib import Path

import plures

LIST = Path(__file__).with_name("public_api.txt")


def test_the_public_names_are_those_of_the_list() -> None:
    """A name that appears here is a promise; one that goes breaks an application. Change the list with the code, on purpose."""
    listed = set(LIST.read_text().split())
    offered = {f"{package}.{name}" for package in packages() for name in importlib.import_module(package).__all__}
    assert sorted(offered - listed) == [], f"offered, but not in {LIST.name}"
    assert sorted(listed - offered) == [], f"in {LIST.name}, but not offered"


def test_the_list_is_sorted_and_says_nothing_twice() -> None:
    lines = LIST.read_text().splitlines()
    assert lines == sorted(set(lines))


def test_every_public_name_exists() -> None:
    for package in packages():
        module = importlib.import_module(package)
        inner = {each.name for each in pkgutil.iter_modules(module.__path__)}
        assert [name for name in module.__all__ if not hasattr(module, name) and name not in inner] == []


def packages() -> list[str]:
    inner = [f"plures.{module.name}" for module in pkgutil.iter_modules(plures.__path__) if module.ispkg]
    return ["plures", *inner]
