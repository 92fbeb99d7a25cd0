"""The benchmarks: what a call and the marketplace cost, and what the alternatives cost, in the same run."""
