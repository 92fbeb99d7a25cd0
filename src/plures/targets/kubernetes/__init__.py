"""A topology as manifests of Kubernetes: files that people keep in git, with Kustomize for what differs between environments.

`render` makes them of `Workloads`; it reads and writes nothing.
"""

from .needed import secrets_in
from .options import Choices, Image, Signal
from .rendering import is_for_people, render
from .running import WORK_METRIC

__all__ = ["WORK_METRIC", "Choices", "Image", "Signal", "is_for_people", "render", "secrets_in"]
