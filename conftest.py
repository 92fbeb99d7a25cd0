"""What all tests share. A plugin loaded here is loaded once, so there is one server for all folders."""

pytest_plugins = ["tests.skips", "tests.postgres", "tests.databases"]
