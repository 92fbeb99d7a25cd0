"""A plugin of pytest: hosts the application of plures.toml for a session of tests, so that `plures.client(…)` works in each of them.

    pytest --plures processes

It is a package of its own, and imports Plures only where a session asks for it: each run of pytest loads it.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

import pytest

PLACEMENTS: Final = {
    "process": "in process",
    "checked": "in process, checked",
    "wire": "over the wire",
    "processes": "local processes",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--plures`, and the same as options of the ini file."""
    names = ", ".join(PLACEMENTS)
    group = parser.getgroup("plures", "Plures: host the application while the tests run")
    group.addoption(
        "--plures", metavar="PLACEMENT", help=f"Host the application of plures.toml while the tests run: {names}, off."
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
    chosen = config.getoption("plures") or config.getini("plures") or "off"
    if chosen == "off":
        return
    if chosen not in PLACEMENTS:
        message = f"--plures {chosen}: there is no such placement. Choose one of {', '.join(PLACEMENTS)}, off."
        raise pytest.UsageError(message)
    config.pluginmanager.register(_Hosting(config, chosen), "plures-hosting")


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say where the application runs."""
    hosting = config.pluginmanager.get_plugin("plures-hosting")
    return f"plures: {PLACEMENTS[hosting.placement]}, {hosting.file}" if isinstance(hosting, _Hosting) else None


class _Hosting:
    def __init__(self, config: pytest.Config, placement: str) -> None:
        self.placement = placement
        self.file = config.rootpath / str(config.getini("plures_file"))
        self._topology = str(config.getini("plures_topology")) or None

    @pytest.fixture(scope="session", autouse=True)
    def plures_application(self, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
        """The application of plures.toml, running from the first test to the last: a `plures.testing.Running`."""
        # A capability may use the database of Django, which pytest-django replaces by one for tests.
        if request.config.pluginmanager.has_plugin("django"):
            request.getfixturevalue("django_db_setup")
        yield from self._hosted(tmp_path_factory.mktemp("plures"))

    def _hosted(self, data: Path) -> Generator[Any]:
        import plures.testing

        where = plures.testing.Where(PLACEMENTS[self.placement])
        try:
            context = plures.testing.hosted(self.file, where, data=data, topology=self._topology)
            running = context.__enter__()
        except plures.PluresError as error:
            pytest.exit(f"plures: {error}", returncode=pytest.ExitCode.USAGE_ERROR)
        try:
            yield running
        finally:
            context.__exit__(None, None, None)
