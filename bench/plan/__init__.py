"""What plans of the marketplace predict, beside what is measured afterwards: `python -m bench.plan`."""
