"""What all tests share. A plugin loaded here is loaded once, so a worker has one server for all folders."""

pytest_plugins = ["tests.skips", "tests.leftovers", "tests.postgres", "tests.databases", "tests.nats"]
