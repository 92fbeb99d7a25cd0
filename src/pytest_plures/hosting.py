"""The application, running as long as the session of tests. A plugin of its own: it is there only where a session asks for it."""

from collections.abc import Generator

import pytest

import plures.testing

from .chosen import HOSTING, PLACEMENTS


@pytest.fixture(scope="session", autouse=True)
def plures_application(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[plures.testing.Running]:
    """The application of plures.toml, running from the first test to the last."""
    hosting = request.config.stash[HOSTING]
    # A capability may use the database of Django, which pytest-django replaces by one for tests.
    if request.config.pluginmanager.has_plugin("django"):
        request.getfixturevalue("django_db_setup")
    where = plures.testing.Where(PLACEMENTS[hosting.placement])
    data = tmp_path_factory.mktemp("plures")
    context = plures.testing.hosted(hosting.file, where, data=data, topology=hosting.topology)
    try:
        running = context.__enter__()
    except plures.PluresError as error:
        pytest.exit(f"plures: {error}", returncode=pytest.ExitCode.USAGE_ERROR)
    try:
        yield running
    finally:
        context.__exit__(None, None, None)
