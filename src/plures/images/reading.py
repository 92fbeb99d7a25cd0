"""Reads the base of an image from an image layout: a folder, or a tar archive of it.

Source: github.com/opencontainers/image-spec, image-layout.md
"""

import hashlib
import json
import shutil
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from .errors import BaseUnreadable
from .manifest import INDEX, MANIFEST, Platform, digest_of

MARK: Final = "oci-layout"
_MOST_INDEXES: Final = 4
# Docker's own names of what has one in the standard too.
_STANDARD: Final = {
    "application/vnd.docker.image.rootfs.diff.tar.gzip": "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.docker.image.rootfs.diff.tar": "application/vnd.oci.image.layer.v1.tar",
}
_MANIFESTS: Final = (MANIFEST, "application/vnd.docker.distribution.manifest.v2+json")
_INDEXES: Final = (INDEX, "application/vnd.docker.distribution.manifest.list.v2+json")


class Base(msgspec.Struct, frozen=True):
    """What an image is built on.

    Attributes:
        name: As it was asked for.
        digest: Of its manifest; empty for nothing at all.
        config: Its configuration.
        layers: Descriptors of its layers.
        copy: Copies the blob of a digest to a file.
    """

    name: str
    digest: str
    config: Mapping[str, Any]
    layers: Sequence[Mapping[str, Any]]
    copy: Callable[[str, Path], None]

    @property
    def size(self) -> int:
        """Of all its layers, in bytes."""
        return sum(layer["size"] for layer in self.layers)


def read_base(name: str, path: Path, platform: Platform, *, digest: str = "") -> Base:
    """An image in a layout on this machine.

    Args:
        name: For messages.
        path: Folder or archive.
        digest: Of the index or the manifest that is wanted; empty where the layout has one image for the platform.

    Raises:
        BaseUnreadable: There is none, or not for this platform, or its content is not what its name says.
    """
    source = _Archive(name, path) if path.is_file() else _Folder(name, path)
    descriptors: list[Mapping[str, Any]] = source.document("index.json").get("manifests", [])
    if digest:
        named = [each for each in _all(source, descriptors) if each["digest"] == digest]
        if not named:
            known = ", ".join(each["digest"] for each in descriptors) or "nothing"
            raise BaseUnreadable(name, f"it has no {digest}; it has {known}", "Correct the digest in [build] base.")
        descriptors = named
    fitting, others = list[str](), list[str]()
    for descriptor in _manifests(source, descriptors):
        manifest = source.blob(descriptor["digest"])
        said = descriptor.get("platform") or source.blob(manifest["config"]["digest"])
        (fitting if platform.fits(said) else others).append(descriptor["digest"])
        others += [] if platform.fits(said) else [f"{said.get('os')}/{said.get('architecture')}"]
    found = list(dict.fromkeys(fitting))
    if not found:
        has = ", ".join(each for each in others if "/" in each) or "no image at all"
        raise BaseUnreadable(
            name,
            f"it has no image for {platform}; it has {has}",
            "Name a base for this platform, or another --platform.",
        )
    if len(found) > 1:
        raise BaseUnreadable(
            name, f"it has {len(found)} images for {platform}", f"Name one by its digest: @{found[0]}."
        )
    manifest = source.blob(found[0])
    layers = [
        {**layer, "mediaType": _STANDARD.get(layer["mediaType"], layer["mediaType"])} for layer in manifest["layers"]
    ]
    bare = [{key: layer[key] for key in ("digest", "mediaType", "size")} for layer in layers]
    return Base(name, found[0], source.blob(manifest["config"]["digest"]), bare, source.copy)


def nothing(name: str) -> Base:
    """The base of what brings all that it needs."""

    def copy(digest: str, to: Path) -> None:
        raise BaseUnreadable(name, f"it has no {digest}", f"{to} is not needed.")

    return Base(name, "", {}, [], copy)


def is_layout(path: Path) -> bool:
    """Whether there is a layout: a folder, or an archive."""
    if path.is_dir():
        return (path / MARK).is_file()
    try:
        with tarfile.open(path, "r:") as archive:
            return MARK in archive.getnames()
    except (OSError, tarfile.TarError):
        return False


def place_of(digest: str) -> str:
    """Where the blob of a digest lies in a layout."""
    return f"blobs/{digest.replace(':', '/')}"


class _Folder:
    """A layout that is a folder."""

    def __init__(self, name: str, path: Path) -> None:
        self._name, self._path = name, path
        if not (path / "index.json").is_file():
            remedy = "Name a folder or an archive that `skopeo copy docker://… oci:FOLDER` or `podman save --format oci-archive` wrote."
            raise BaseUnreadable(name, f"there is no image layout in {path}", remedy)

    def read(self, place: str) -> bytes:
        try:
            return (self._path / place).read_bytes()
        except OSError as error:
            raise self.damaged(f"{place}: {error.strerror}") from None

    def copy(self, digest: str, to: Path) -> None:
        try:
            shutil.copyfile(self._path / place_of(digest), to)
        except FileNotFoundError:
            raise self.damaged(f"it lacks {digest}") from None
        _check_digest(self._name, digest, to)

    def document(self, place: str) -> Any:
        try:
            return json.loads(self.read(place))
        except ValueError:
            raise self.damaged(f"{place} is no JSON") from None

    def blob(self, digest: str) -> Any:
        content = self.read(place_of(digest))
        if digest_of(content) != digest:
            raise self.damaged(f"{digest} has other content")
        return json.loads(content)

    def damaged(self, reason: str) -> BaseUnreadable:
        return BaseUnreadable(self._name, reason, "Fetch the base again.")


class _Archive(_Folder):
    """A layout in a tar archive that is not packed."""

    def __init__(self, name: str, path: Path) -> None:
        self._name, self._path = name, path
        if not is_layout(path):
            raise BaseUnreadable(
                name, f"{path} is no archive of an image layout", "`podman save --format oci-archive` writes one."
            )

    def read(self, place: str) -> bytes:
        with tarfile.open(self._path, "r:") as archive:
            try:
                found = archive.extractfile(place)
            except KeyError:
                found = None
            if found is None:
                raise self.damaged(f"it lacks {place}")
            return found.read()

    def copy(self, digest: str, to: Path) -> None:
        to.write_bytes(self.read(place_of(digest)))
        _check_digest(self._name, digest, to)


def _check_digest(name: str, digest: str, file: Path) -> None:
    """Raise `BaseUnreadable` where a blob is not what its name says."""
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != f"sha256:{found}":
        raise BaseUnreadable(name, f"{digest} has other content", "Fetch the base again.")


def _all(source: _Folder, descriptors: Sequence[Mapping[str, Any]], depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """The descriptors, and those in the indexes that they name."""
    for descriptor in descriptors:
        yield descriptor
        if descriptor.get("mediaType") in _INDEXES and depth < _MOST_INDEXES:
            yield from _all(source, source.blob(descriptor["digest"])["manifests"], depth + 1)


def _manifests(source: _Folder, descriptors: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Attestations and other documents are no images."""
    for each in _all(source, descriptors):
        attests = "vnd.docker.reference.type" in (each.get("annotations") or {}) or "artifactType" in each
        if each.get("mediaType") in _MANIFESTS and not attests:
            yield each
