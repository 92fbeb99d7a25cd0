"""The rivals: each module serves the same answer in its own way, and calls itself. `bench.calls.rival` says what it has."""
