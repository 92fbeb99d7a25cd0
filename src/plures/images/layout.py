"""Image layouts that are written: a folder, or a tar archive of it.

Blobs are written beside each other and named by what is in them; the index names the images, and is replaced at once and last. Who is
interrupted leaves blobs that nothing names: the images that were there stay, and the next build removes the rest.

Source: github.com/opencontainers/image-spec, image-layout.md
"""

import errno
import json
import shutil
import tarfile
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from .errors import NotWritten, OutputExists
from .layers import MTIME, Layer
from .manifest import REF_NAME, Blob, Platform, as_json, index_of
from .reading import MARK, Base, is_layout, place_of

_MARKED: Final = as_json({"imageLayoutVersion": "1.0.0"})
_NAME: Final = "io.containerd.image.name"
_UNFINISHED: Final = ".unfinished"


class Image(msgspec.Struct, frozen=True):
    """An image that is ready to be written.

    Attributes:
        name: What it is called in the layout, such as the name of a process.
        full_name: What engines call it once it is loaded, such as `shop/search:1a2b3c`.
        config: Its configuration.
        manifest: Its manifest.
        layers: Blobs of its own layers.
        base: What it is built on.
        platform: What it runs on.
    """

    name: str
    full_name: str
    config: Blob
    manifest: Blob
    layers: Sequence[tuple[Layer, Path]]
    base: Base
    platform: Platform


def check_output(path: Path) -> None:
    """Raise `OutputExists` where writing would lose what is no layout."""
    is_empty = path.is_dir() and not any(path.iterdir())
    if path.exists() and not is_empty and not is_layout(path):
        raise OutputExists(str(path))


def write_folder(path: Path, images: Sequence[Image]) -> None:
    """Write images into a layout that is a folder. Images of other names that it has stay.

    Raises:
        OutputExists: There is something else.
        NotWritten: The operating system refused.
    """
    check_output(path)
    with _told(path):
        blobs = path / "blobs" / "sha256"
        blobs.mkdir(parents=True, exist_ok=True)
        if not (path / MARK).exists():
            _replace(path / MARK, _MARKED)
        for image in images:
            for document in (image.config, image.manifest):
                _put(blobs, document.digest, partial(_write, document.content))
            for layer, file in image.layers:
                _put(blobs, layer.digest, partial(shutil.copyfile, file))
            for descriptor in image.base.layers:
                digest = str(descriptor["digest"])
                _put(blobs, digest, partial(image.base.copy, digest))
        ours = {image.name: _descriptor(image) for image in images}
        kept = [each for each in _listed(path) if each.get("annotations", {}).get(REF_NAME) not in ours]
        index = index_of(
            sorted([*kept, *ours.values()], key=lambda each: str(each.get("annotations", {}).get(REF_NAME)))
        )
        _replace(path / "index.json", index.content)
        _clean(path, blobs)


def write_archive(path: Path, images: Sequence[Image]) -> None:
    """Write images into an archive of a layout, which engines load. One that was there is replaced at once.

    Raises:
        OutputExists: There is something else.
        NotWritten: The operating system refused.
    """
    check_output(path)
    unfinished = path.with_name(f"{path.name}{_UNFINISHED}")
    with _told(path), _removed(unfinished):
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = unfinished / "layout"
        write_folder(folder, images)
        # Docker before 25 reads this file, and not the index.
        old = [
            {
                "Config": place_of(image.config.digest),
                "Layers": [place_of(each["digest"]) for each in json.loads(image.manifest.content)["layers"]],
                "RepoTags": [image.full_name],
            }
            for image in images
        ]
        (folder / "manifest.json").write_bytes(json.dumps(old, sort_keys=True, separators=(",", ":")).encode())
        made = unfinished / "made.tar"
        with tarfile.open(made, "w", format=tarfile.PAX_FORMAT) as archive:
            names = sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())
            # Readers that do not seek want to know first what it is.
            for name in sorted(names, key=lambda each: (each.startswith("blobs/"), each)):
                head = tarfile.TarInfo(name)
                head.size, head.mtime, head.mode = (folder / name).stat().st_size, MTIME, 0o644
                with (folder / name).open("rb") as content:
                    archive.addfile(head, content)
        made.replace(path)


def _descriptor(image: Image) -> dict[str, Any]:
    annotations = {REF_NAME: image.name, _NAME: image.full_name}
    return {**image.manifest.descriptor(), "annotations": annotations, "platform": image.platform.as_data()}


def _listed(path: Path) -> list[Mapping[str, Any]]:
    try:
        return cast("list[Mapping[str, Any]]", json.loads((path / "index.json").read_bytes())["manifests"])
    except (OSError, ValueError, KeyError):
        return []


def _clean(path: Path, blobs: Path) -> None:
    """Remove the blobs that no image names."""
    named: set[str] = set()
    for descriptor in _listed(path):
        named.add(descriptor["digest"])
        with suppress(OSError, ValueError, KeyError):
            manifest = json.loads((path / place_of(descriptor["digest"])).read_bytes())
            named |= {manifest["config"]["digest"], *(layer["digest"] for layer in manifest["layers"])}
    for blob in blobs.iterdir():
        if f"sha256:{blob.name}" not in named:
            blob.unlink()


def _put(blobs: Path, digest: str, write: Callable[[Path], object]) -> None:
    to = blobs / digest.partition(":")[2]
    if not to.exists():
        unfinished = to.with_name(f"{to.name}{_UNFINISHED}")
        write(unfinished)
        unfinished.replace(to)


def _write(content: bytes, to: Path) -> None:
    to.write_bytes(content)


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f"{path.name}{_UNFINISHED}")
    unfinished.write_bytes(content)
    unfinished.replace(path)


@contextmanager
def _removed(folder: Path) -> Generator[None]:
    """Nothing of an unfinished archive stays, whatever happens; not even that of an earlier build that was killed."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _told(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = (
            "Make room, or name a place with more of it: --output."
            if is_full
            else "Name another place with --output, or allow writing there."
        )
        raise NotWritten(str(path), error.strerror or str(error), remedy) from error
