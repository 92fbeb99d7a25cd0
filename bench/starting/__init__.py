"""How fast and how small the processes of a topology start."""
