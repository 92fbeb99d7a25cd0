"""Layer 5: what an application is made of, and what assembling it reveals."""

from .application import EDGE_DEADLINE_S, Application, Capability
from .assembling import assemble
from .assembly import EDGE, AssembledCapability, Assembly
from .dependencies import Dependency, DependencyKind
from .edge import ImportedEdge
from .implementation import is_opened, is_wsgi_application
from .lifecycle import Hook, Lifecycle
from .loading import ApplicationNotLoaded, imported, load
from .settings import Secret, Settings, fill_all, sources_of
from .subscriptions import Subscription, handlers_of
from .versions import AssembledVersion

__all__ = [
    "EDGE",
    "EDGE_DEADLINE_S",
    "Application",
    "ApplicationNotLoaded",
    "AssembledCapability",
    "AssembledVersion",
    "Assembly",
    "Capability",
    "Dependency",
    "DependencyKind",
    "Hook",
    "ImportedEdge",
    "Lifecycle",
    "Secret",
    "Settings",
    "Subscription",
    "assemble",
    "fill_all",
    "handlers_of",
    "imported",
    "is_opened",
    "is_wsgi_application",
    "load",
    "sources_of",
]
