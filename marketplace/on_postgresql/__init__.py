"""Opens the shop on a PostgreSQL server of its own: `make run DATABASE=postgres`."""
