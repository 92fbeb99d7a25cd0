"""The rules that `[build]` of plures.toml must keep, as data."""

from plures.errors import Rule

BASE = Rule(
    "topology.build_base",
    "{text!r} does not name a base by its digest",
    "Write NAME@sha256:DIGEST, as `skopeo inspect docker://NAME` tells it, or oci:PATH for a layout on this machine.",
)
PLATFORM = Rule(
    "topology.build_platform",
    "{text!r} is no platform that images can be built for",
    "Write linux and an architecture, such as linux/amd64 or linux/arm64.",
)
PYTHON = Rule("topology.build_python", "{text!r} is no version of Python", 'Write two numbers, such as "3.12".')
NAME = Rule(
    "topology.build_name",
    "{text!r} is no name of an image",
    "Use lower-case letters, digits, and . _ - / between them, such as registry.example/shop.",
)
PATH = Rule(
    "topology.build_path",
    "{text!r} leads out of the folder of this file",
    "Name what lies in it: an image is made of one checkout.",
)
