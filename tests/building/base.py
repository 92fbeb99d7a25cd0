"""A base for images, with nothing in it but a word."""

import platform
from pathlib import Path

from plures.images import Entry, Image, Platform, Start, config_of, manifest_of, nothing, write_folder, write_layer

MACHINE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def empty_base(folder: Path) -> Path:
    """A layout `base` in a folder, for the platform of this machine."""
    blob = folder / "base.blob"
    layer = write_layer([Entry("etc/base", lambda: b"base")], blob)
    on = Platform("linux", MACHINE)
    config = config_of({}, [layer], Start([], [], {"PATH": "/usr/bin"}, "", ""), {}, platform=on, created=0)
    manifest = manifest_of(config, [{"digest": layer.digest, "mediaType": layer.media_type, "size": layer.size}], {})
    write_folder(folder / "base", [Image("base", "base:1", config, manifest, [(layer, blob)], nothing("scratch"), on)])
    return folder / "base"
