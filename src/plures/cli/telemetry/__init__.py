"""What the terminal shows of telemetry: `plures trace`, `plures logs` and `plures top`.

They read the store in the data folder, and nothing else: so they work while the application runs, and after it has stopped. `store` finds it and
tells its rows to programs; `asking` reads what is asked, `telling` writes texts that others wrote so that they move no cursor.
"""

from .asking import as_moment

__all__ = ["as_moment"]
