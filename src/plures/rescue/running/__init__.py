"""The services of one process, from what plures.toml says of them to their answers."""

from .together import RunningServices, Together, running_services

__all__ = ["RunningServices", "Together", "running_services"]
