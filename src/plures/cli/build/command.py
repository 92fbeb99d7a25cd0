"""The command `plures build`."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plures.cli.console import json_option, mistakes_explained, print_json, say
from plures.cli.project import file_option, folder_of, open_project
from plures.extras import require

if TYPE_CHECKING:
    from plures.images import Compression
    from plures.topology import BaseName

    from .building import Built

_MB = 1_000_000
_MOST_NAMED = 5


@click.command("build", short_help="Make images of the application for containers.")
@click.argument("processes", metavar="[PROCESS]...", nargs=-1)
@click.option("--topology", "-t", metavar="NAME", help="Which topology. Default: monolith.")
@click.option("--together", is_flag=True, help="One image for all processes, instead of one for each.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    default=Path("images"),
    show_default=True,
    help="Where they go: a folder, or an archive where its name ends with .tar.",
)
@click.option(
    "--base",
    "base_text",
    metavar="BASE",
    help="What they are built on: oci:PATH or NAME@sha256:DIGEST. Default: base in [build].",
)
@click.option(
    "--platform",
    "platform_text",
    metavar="OS/ARCHITECTURE",
    help="What they run on. Default: platform in [build], or linux/amd64.",
)
@click.option(
    "--compression",
    type=click.Choice(["gzip", "none"]),
    default="gzip",
    show_default=True,
    help="Of layers. Without it they are the same bytes whatever library packs.",
)
@click.option(
    "--sbom", type=click.Path(path_type=Path, file_okay=False), help="Folder for their bills of materials too."
)
@click.option(
    "--dockerfile", is_flag=True, help="Print a Dockerfile that makes the same by other means, and build nothing."
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of what was fetched before. Default: ~/.cache/plures/build",
)
@json_option
@file_option
def build_command(
    processes: tuple[str, ...],
    *,
    topology: str | None,
    together: bool,
    output: Path,
    base_text: str | None,
    platform_text: str | None,
    compression: "Compression",
    sbom: Path | None,
    dockerfile: bool,
    cache: Path | None,
    as_json: bool,
    file: Path,
) -> None:
    """Make images of the application, one for each process of a topology. No engine is needed, and none runs.

    \b
    plures build                              one image: everything in one process
    plures build --topology split search      the image of one process
    plures build -o shop.tar                  an archive, for `docker load` or `podman load`
    """  # noqa: D301 - click reads the \b
    with mistakes_explained(as_json=as_json):
        require("build", "make images")
        from plures.images import check_output, write_archive, write_folder
        from plures.topology import parse_platform

        from .building import build
        from .choosing import Wanted, default_files
        from .sources import unknown_to_git

        started = time.monotonic()
        folder = folder_of(file)
        base = _base(base_text)
        platform = None if platform_text is None else parse_platform(platform_text)
        if platform_text is not None and platform is None:
            raise click.BadParameter(f"{platform_text!r} is no platform, such as linux/amd64.", param_hint="--platform")
        if not dockerfile:
            check_output(output)
        wanted = Wanted(topology, processes, together, base, platform, compression, cache or _cache())
        project = open_project(file)
        if dockerfile:
            from .plain import dockerfile_of

            click.echo(dockerfile_of(project, folder, wanted), nl=False)
            return
        built = build(project, folder, file, wanted)
        known = _known(output)
        write = write_archive if output.suffix == ".tar" else write_folder
        write(output, [each.image for each in built])
        if sbom is not None:
            _write_sboms(sbom, built)
    if as_json:
        print_json([_as_data(each, known) for each in built], pretty=False)
        return
    for each in built:
        _tell(each, known)
    wanted_files = default_files(project.settings.images, project.settings.application, folder)
    if unknown := unknown_to_git(folder, wanted_files):
        more = f" and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
        say(
            ("not in the images", "yellow"), f", since git does not know them: {', '.join(unknown[:_MOST_NAMED])}{more}"
        )
    say(f"{len(built)} image{'s' if len(built) != 1 else ''} in {output}, after {time.monotonic() - started:.1f} s")


def _base(text: str | None) -> "BaseName | None":
    from plures.topology import parse_base

    if text is None:
        return None
    base = parse_base(text, Path())
    if base is None:
        raise click.BadParameter(
            f"{text!r} names no base by its digest: NAME@sha256:DIGEST or oci:PATH.", param_hint="--base"
        )
    return base


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "plures" / "build"


def _known(output: Path) -> frozenset[str]:
    """Blobs that were there before."""
    blobs = output / "blobs" / "sha256"
    return frozenset(f"sha256:{blob.name}" for blob in blobs.iterdir()) if blobs.is_dir() else frozenset()


def _write_sboms(folder: Path, built: "list[Built]") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for each in built:
        (folder / f"{each.image.name}.cdx.json").write_bytes(each.sbom)


def _as_data(built: "Built", known: frozenset[str]) -> dict[str, object]:
    layers = [layer for layer, _ in built.image.layers]
    return {
        "image": built.image.name,
        "name": built.image.full_name,
        "digest": built.image.manifest.digest,
        "processes": list(built.processes),
        "base": {"digest": built.image.base.digest, "bytes": built.image.base.size},
        "layers": [
            {"digest": each.digest, "bytes": each.size, "about": each.about, "new": each.digest not in known}
            for each in layers
        ],
        "bytes": sum(each.size for each in layers),
        "packages": list(built.packages),
        "left_out": list(built.left_out),
    }


def _tell(built: "Built", known: frozenset[str]) -> None:
    layers = [layer for layer, _ in built.image.layers]
    new = [layer for layer in layers if layer.digest not in known]
    size = sum(layer.size for layer in layers) / _MB
    added = sum(layer.size for layer in new) / _MB
    say((built.image.name, "green"), f"  {built.image.full_name}  {built.image.manifest.digest}")
    say(
        f"  {size:.1f} MB over its base, of which {added:.1f} MB in {len(new)} new layer{'s' if len(new) != 1 else ''}; {len(built.packages)} packages"
    )
    if built.left_out:
        say((f"  left out, as nothing imports them: {', '.join(built.left_out)}", "dim"))
