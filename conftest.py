"""What all tests share. A plugin loaded here is loaded once, so a worker has one server for all folders."""

import sys

from hypothesis import settings

pytest_plugins = ["tests.skips", "tests.leftovers", "tests.postgres", "tests.databases", "tests.nats"]

# No test says how long anything takes: machines have other things to do as well.
settings.register_profile("plures", settings(), deadline=None)
settings.load_profile("plures")


def pytest_collection_finish() -> None:
    """Tests write a module anew within a second, at the same size: kept bytecode would be taken for that of the new one."""
    sys.dont_write_bytecode = True
