"""The benchmarks: what a call costs, what the marketplace costs, and what the alternatives cost, side by side in one run."""
