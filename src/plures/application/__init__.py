"""Layer 5: what an application is made of, and what assembling it reveals."""

from .application import Application, Capability
from .assembly import AssembledCapability, Assembly, assemble
from .dependencies import Dependency, Kind
from .lifecycle import Hook, Lifecycle
from .loading import ApplicationNotLoaded, load

__all__ = [
    "Application",
    "ApplicationNotLoaded",
    "AssembledCapability",
    "Assembly",
    "Capability",
    "Dependency",
    "Hook",
    "Kind",
    "Lifecycle",
    "assemble",
    "load",
]
