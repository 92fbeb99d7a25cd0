"""What faults of replicas cost their callers: ``python -m bench.faults``. The figures are in docs/reliability.md."""
