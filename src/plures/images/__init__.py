"""OCI images: made of files of this machine and wheels, without an engine, the same bytes each time. Knows no application and no plures.toml.

How an image is made
--------------------
`read_base` reads what it is built on from a layout. `Wheel.entries` and `entry_of` say what lies in it as `Entry`s, `with_bytecode` adds what
Python would make of them, and `write_layer` writes the blob of a layer. `config_of` and `manifest_of` describe the image, and
`write_folder` or `write_archive` stores an `Image` where skopeo, podman, crane and docker find it.
"""

from .bytecode import with_bytecode
from .dockerfile import Steps, dockerfile
from .entries import Entry, entry_of
from .errors import (
    BaseUnreadable,
    CapabilityMissing,
    CommandFailed,
    LayoutUnreadable,
    NotWritten,
    OutputExists,
    PackagesMissing,
    ProjectNotBuilt,
    UnknownProcess,
)
from .labelled import Labelled, images_in
from .layers import Compression, Layer, write_layer
from .layout import Image, check_output, write_archive, write_folder
from .manifest import Platform, Start, config_of, manifest_of, moment
from .needed import bringing, modules_below, needed, reached, unlocked
from .reading import Base, nothing, read_base
from .sbom import sbom_of
from .wheels import Wheel, normalised

__all__ = [
    "Base",
    "BaseUnreadable",
    "CapabilityMissing",
    "CommandFailed",
    "Compression",
    "Entry",
    "Image",
    "Labelled",
    "Layer",
    "LayoutUnreadable",
    "NotWritten",
    "OutputExists",
    "PackagesMissing",
    "Platform",
    "ProjectNotBuilt",
    "Start",
    "Steps",
    "UnknownProcess",
    "Wheel",
    "bringing",
    "check_output",
    "config_of",
    "dockerfile",
    "entry_of",
    "images_in",
    "manifest_of",
    "modules_below",
    "moment",
    "needed",
    "normalised",
    "nothing",
    "reached",
    "read_base",
    "sbom_of",
    "unlocked",
    "with_bytecode",
    "write_archive",
    "write_folder",
    "write_layer",
]
