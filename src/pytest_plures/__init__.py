"""A plugin of pytest: hosts the application of plures.toml for a session of tests, so that `plures.client(…)` works in each of them.

    pytest --plures processes

It is a package of its own, and imports Plures only where a session asks for it: each run of pytest loads it.
"""

import importlib
from typing import Any

import pytest

from .chosen import HOSTING, PLACEMENTS, Hosting


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--plures`, and the same as options of the ini file."""
    names = ", ".join(PLACEMENTS)
    group = parser.getgroup("plures", "Plures: host the application while the tests run")
    group.addoption(
        "--plures", metavar="PLACEMENT", help=f"Host the application of plures.toml while the tests run: {names}, off."
    )
    group.addoption(
        "--plures-record",
        action="store_true",
        help="Record what the fakes of plures.testing answer as expectations of consumers, in contracts/pacts.",
    )
    parser.addini("plures", f"where the application runs while the tests do: {names}", default="")
    parser.addini("plures_file", "the plures.toml of the application", default="plures.toml")
    parser.addini(
        "plures_topology",
        "a topology of that file, with the databases that it names; left out: embedded databases, each capability in its own process",
        default="",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Host the application in this session, where that is asked for."""
    if config.getoption("plures_record"):
        recording: Any = importlib.import_module("plures.testing.pytest_recording")
        config.pluginmanager.register(recording.Recording(config), "plures-recording")
    chosen = config.getoption("plures") or config.getini("plures") or "off"
    if chosen == "off":
        return
    if chosen not in PLACEMENTS:
        message = f"--plures {chosen}: there is no such placement. Choose one of {', '.join(PLACEMENTS)}, off."
        raise pytest.UsageError(message)
    config.stash[HOSTING] = Hosting(
        chosen, config.rootpath / str(config.getini("plures_file")), str(config.getini("plures_topology")) or None
    )
    config.pluginmanager.register(importlib.import_module("pytest_plures.hosting"), "plures-hosting")


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say where the application runs."""
    hosting = config.stash.get(HOSTING, None)
    return None if hosting is None else f"plures: {PLACEMENTS[hosting.placement]}, {hosting.file}"
