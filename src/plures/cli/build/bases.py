"""The base of images: a layout on this machine, or an image of a registry, fetched once by a tool that knows registries."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from plures.images import Base, BaseUnreadable, Platform, read_base
from plures.topology import BaseName

_FIX: Final = "Write base in [build], or --base: oci:PATH for a layout on this machine, NAME@sha256:DIGEST for an image of a registry."


def base_of(name: BaseName | None, cache: Path, platform: Platform) -> Base:
    """Read a base.

    Raises:
        BaseUnreadable: None is named, it cannot be fetched, or not for this platform.
    """
    if name is None:
        raise BaseUnreadable("nothing", "neither plures.toml nor the command line names a base", _FIX)
    if name.path is not None:
        return read_base(name.text, name.path, platform, digest=name.digest)
    # What a digest names never changes: it is fetched once for each platform.
    layout = cache / "bases" / f"{name.digest.partition(':')[2]}-{str(platform).replace('/', '-')}"
    if not layout.is_dir():
        layout.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=layout.parent) as folder:
            unfinished = Path(folder) / "layout"
            _fetch(name, unfinished, platform)
            if not layout.is_dir():
                unfinished.rename(layout)
    return read_base(name.text, layout, platform)


def _fetch(name: BaseName, to: Path, platform: Platform) -> None:
    image = f"{name.text.partition('@')[0].partition('//')[0]}"
    # A tag beside a digest is for people: skopeo takes one of them.
    place, colon, tag = image.rpartition(":")
    image = place if colon and "/" not in tag else image
    tool = shutil.which("skopeo")
    if tool is None:
        remedy = "Install skopeo, which knows registries, their logins and mirrors; or fetch the base by other means, and name it oci:PATH."
        raise BaseUnreadable(name.text, "it is in a registry, and there is no skopeo", remedy)
    variant = [f"--override-variant={platform.variant}"] if platform.variant else []
    command = [
        *(tool, f"--override-os={platform.os}", f"--override-arch={platform.architecture}", *variant),
        *("copy", "--quiet", f"docker://{image}@{name.digest}", f"oci:{to}"),
    ]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a list, and no shell
    if finished.returncode:
        reason = (finished.stderr.strip().splitlines() or ["skopeo gave no reason"])[-1]
        raise BaseUnreadable(
            name.text,
            reason,
            "See what the same `skopeo copy` says by hand; `skopeo login` where a login is asked for.",
        )
