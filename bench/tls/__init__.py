"""What TLS costs a call with kept connections: ``python -m bench.tls``. The figures are in docs/reliability.md."""
