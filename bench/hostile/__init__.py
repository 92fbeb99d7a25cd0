"""What hostile peers cost the marketplace: ``python -m bench.hostile``. The figures are in docs/reliability.md.

A grammar makes requests as HTTP, forms and Connect know them, and breaks them in the ways in which servers were broken before. They go
to both listeners of a shop that runs as a process. Counted are answers that say that the shop failed, tracebacks in its log,
connections that stay open for longer than they may, and memory; afterwards the shop must sell, and its books must be even.
"""
