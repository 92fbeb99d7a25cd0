"""What keeping telemetry costs, and how fast it is read."""
