"""Layouts: bases are read as tools write them, images are written so that a build that is cut off does no harm."""

import errno
import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest

from plures.images import (
    Base,
    BaseUnreadable,
    Entry,
    Image,
    NotWritten,
    OutputExists,
    Platform,
    Start,
    config_of,
    manifest_of,
    nothing,
    read_base,
    write_archive,
    write_folder,
    write_layer,
)

AMD = Platform("linux", "amd64")
ARM = Platform("linux", "arm64")


def image(folder: Path, name: str, said: str, base: Base | None = None, platform: Platform = AMD) -> Image:
    below = base or nothing("scratch")
    blob = folder / f"{name}-{platform.architecture}-{len(said)}.blob"
    layer = write_layer([Entry("app/said.txt", said.encode)], blob)
    start = Start(["/run"], ["now"], {"A": "2"}, "65532:65532", "/app")
    config = config_of(below.config, [layer], start, {"plures.process": name}, platform=platform, created=1_700_000_000)
    own = {"digest": layer.digest, "mediaType": layer.media_type, "size": layer.size}
    manifest = manifest_of(config, [*below.layers, own], {})
    return Image(name, f"shop/{name}:1", config, manifest, [(layer, blob)], below, platform)


def blobs(layout: Path) -> set[str]:
    return {path.name for path in (layout / "blobs" / "sha256").iterdir()}


def document(layout: Path, digest: str) -> Any:
    return json.loads((layout / "blobs" / digest.replace(":", "/")).read_text())


def test_an_image_stands_on_its_base(tmp_path: Path) -> None:
    write_folder(tmp_path / "base", [image(tmp_path, "base", "below")])
    base = read_base("base", tmp_path / "base", AMD)
    made = image(tmp_path, "shop", "above", base)
    write_folder(tmp_path / "out", [made])
    again = read_base("out", tmp_path / "out", AMD)
    assert again.digest == made.manifest.digest
    assert [layer["digest"] for layer in again.layers] == [base.layers[0]["digest"], made.layers[0][0].digest]
    config = again.config
    assert config["rootfs"]["diff_ids"][0] == base.config["rootfs"]["diff_ids"][0]
    assert config["history"][0] == base.config["history"][0]
    assert (config["architecture"], config["os"]) == ("amd64", "linux")
    assert config["config"]["User"] == "65532:65532"


def test_an_archive_is_a_layout_too_and_older_engines_read_it(tmp_path: Path) -> None:
    made = image(tmp_path, "shop", "here")
    write_archive(tmp_path / "shop.tar", [made])
    assert read_base("it", tmp_path / "shop.tar", AMD, digest=made.manifest.digest).digest == made.manifest.digest
    with tarfile.open(tmp_path / "shop.tar") as tar:
        file = tar.extractfile("manifest.json")
        assert file is not None
        (old,) = json.load(file)
        assert old["RepoTags"] == ["shop/shop:1"]
        assert {old["Config"], *old["Layers"]} <= set(tar.getnames())
    first = (tmp_path / "shop.tar").read_bytes()
    write_archive(tmp_path / "shop.tar", [made])
    assert (tmp_path / "shop.tar").read_bytes() == first
    assert [path.name for path in tmp_path.iterdir() if "unfinished" in path.name] == []


def test_images_of_other_names_stay_and_what_none_names_goes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    search, old = image(tmp_path, "search", "one"), image(tmp_path, "cart", "old words")
    write_folder(out, [search, old])
    before = blobs(out)
    write_folder(out, [image(tmp_path, "cart", "new")])
    index = json.loads((out / "index.json").read_text())
    assert [each["annotations"]["org.opencontainers.image.ref.name"] for each in index["manifests"]] == [
        "cart",
        "search",
    ]
    assert old.manifest.digest.partition(":")[2] in before - blobs(out)
    assert search.manifest.digest.partition(":")[2] in blobs(out)


def test_a_build_that_is_cut_off_leaves_the_images_that_were_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    first = image(tmp_path, "shop", "first")
    write_folder(out, [first])
    index = (out / "index.json").read_bytes()
    second = image(tmp_path, "shop", "second words")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfile", full)
        with pytest.raises(NotWritten, match="Cannot write") as refused:
            write_folder(out, [second])
    assert "Make room" in refused.value.fix
    assert (out / "index.json").read_bytes() == index
    assert read_base("out", out, AMD).digest == first.manifest.digest
    write_folder(out, [second])
    assert read_base("out", out, AMD).digest == second.manifest.digest
    assert first.manifest.digest.partition(":")[2] not in blobs(out)


def test_what_is_no_layout_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("mine")
    with pytest.raises(OutputExists):
        write_folder(tmp_path / "notes", [image(tmp_path, "shop", "x")])
    (tmp_path / "mine.tar").write_text("mine")
    with pytest.raises(OutputExists):
        write_archive(tmp_path / "mine.tar", [image(tmp_path, "shop", "x")])
    assert (tmp_path / "mine.tar").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    write_folder(tmp_path / "empty", [image(tmp_path, "shop", "x")])


def nested(tmp_path: Path, *, says_platforms: bool) -> tuple[Path, dict[str, str]]:
    """As `skopeo copy --all` writes a base for several platforms, with an attestation: an index in the index."""
    layout = tmp_path / "base"
    arm, amd = image(tmp_path, "arm", "arm", platform=ARM), image(tmp_path, "amd", "amd64")
    write_folder(layout, [arm, amd])
    index = json.loads((layout / "index.json").read_text())
    inner = [
        {
            key: value
            for key, value in each.items()
            if (key == "platform" and says_platforms) or key in ("mediaType", "digest", "size")
        }
        for each in index["manifests"]
    ]
    attestation = {
        **inner[0],
        "digest": "sha256:" + "0" * 64,
        "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
    }
    text = json.dumps({"schemaVersion": 2, "manifests": [attestation, *inner]}).encode()
    import hashlib

    digest = hashlib.sha256(text).hexdigest()
    (layout / "blobs" / "sha256" / digest).write_bytes(text)
    outer = {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": f"sha256:{digest}", "size": len(text)}
    (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [outer]}))
    return layout, {"arm64": arm.manifest.digest, "amd64": amd.manifest.digest, "index": f"sha256:{digest}"}


@pytest.mark.parametrize("says_platforms", [True, False])
def test_the_platform_chooses_among_those_of_an_index(tmp_path: Path, says_platforms: bool) -> None:
    layout, digests = nested(tmp_path, says_platforms=says_platforms)
    assert read_base("base", layout, AMD).digest == digests["amd64"]
    assert read_base("base", layout, ARM, digest=digests["index"]).digest == digests["arm64"]
    with pytest.raises(BaseUnreadable, match="Cannot build on base") as refused:
        read_base("base", layout, Platform("linux", "s390x"))
    assert "linux/arm64" in refused.value.why


def test_a_base_that_is_damaged_or_missing_is_explained(tmp_path: Path) -> None:
    layout = tmp_path / "base"
    made = image(tmp_path, "base", "x")
    write_folder(layout, [made])
    with pytest.raises(BaseUnreadable, match="base") as refused:
        read_base("base", layout, AMD, digest="sha256:" + "1" * 64)
    assert made.manifest.digest in refused.value.why
    layer = layout / "blobs" / made.layers[0][0].digest.replace(":", "/")
    layer.write_bytes(b"something else")
    base = read_base("base", layout, AMD)
    with pytest.raises(BaseUnreadable) as refused:
        base.copy(made.layers[0][0].digest, tmp_path / "copy")
    assert "has other content" in refused.value.why
    for place in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(BaseUnreadable):
            read_base("base", place, AMD)


def test_layers_of_docker_get_their_names_of_the_standard(tmp_path: Path) -> None:
    layout = tmp_path / "base"
    write_folder(layout, [image(tmp_path, "base", "x")])
    index = json.loads((layout / "index.json").read_text())
    manifest = document(layout, index["manifests"][0]["digest"])
    manifest["mediaType"] = "application/vnd.docker.distribution.manifest.v2+json"
    manifest["layers"][0]["mediaType"] = "application/vnd.docker.image.rootfs.diff.tar.gzip"
    text = json.dumps(manifest).encode()
    import hashlib

    digest = hashlib.sha256(text).hexdigest()
    (layout / "blobs" / "sha256" / digest).write_bytes(text)
    index["manifests"] = [{"mediaType": manifest["mediaType"], "digest": f"sha256:{digest}", "size": len(text)}]
    (layout / "index.json").write_text(json.dumps(index))
    (layer,) = read_base("base", layout, AMD).layers
    assert layer["mediaType"] == "application/vnd.oci.image.layer.v1.tar+gzip"
