"""The application by which a machine is measured: two processes, of which one calls the other. `plures run` runs it as any other."""
