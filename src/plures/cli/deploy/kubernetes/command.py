"""The command `plures deploy kubernetes`."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from plures.cli.console import FAILED, json_option, mistakes_explained, print_json, say
from plures.cli.deploy.rendering import groups_of, out_option, registry_option
from plures.cli.project import file_option, open_project

if TYPE_CHECKING:
    from plures.targets import Written

_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
_LAYOUT: Final = Path("images")


@click.command("kubernetes", short_help="Render manifests of Kubernetes.")
@click.argument("topology", required=False)
@out_option("deploy/kubernetes", "Folder of the files, which belongs into git.")
@registry_option
@click.option("--tag", metavar="TAG", help="Which version of the images runs, where no layout says it by digest.")
@click.option(
    "--images",
    "layout",
    type=click.Path(path_type=Path, file_okay=False),
    help="Layout that `plures build` wrote. Default: images, where it is there and no --tag is.",
)
@click.option(
    "--environment",
    "environments",
    metavar="NAME",
    multiple=True,
    help="Gets an overlay. May be repeated. Default: production",
)
@click.option(
    "--scale-by",
    type=click.Choice(["cpu", "work"]),
    default="cpu",
    show_default=True,
    help="What decides how many replicas run: processor time, or the work that arrives, as an external metric.",
)
@click.option(
    "--peers",
    metavar="URL",
    help="Where processes answer, {process} standing for the name of each. Default: https://{process}:8001",
)
@click.option(
    "--diff",
    "compared",
    metavar="ENVIRONMENT",
    help="Render, then tell how what runs differs, and which secrets are missing there.",
)
@click.option("--overwrite", is_flag=True, help="Replace rendered files that were changed since.")
@json_option
@file_option
def kubernetes_command(
    topology: str | None,
    *,
    out: Path,
    registry: str,
    tag: str | None,
    layout: Path | None,
    environments: tuple[str, ...],
    scale_by: str,
    peers: str | None,
    compared: str | None,
    overwrite: bool,
    as_json: bool,
    file: Path,
) -> None:
    """Render a topology as files of Kubernetes: a base, and an overlay of Kustomize for each environment. Nothing is applied.

    \b
    plures deploy kubernetes split --registry registry.example/shop
    kubectl apply --server-side -k deploy/kubernetes/overlays/production
    plures deploy kubernetes split --diff production

    Exit status 1: with --diff, something differs.
    """  # noqa: D301 - click reads the \b
    wanted = (*environments, *([compared] if compared and compared not in environments else []))
    for name in wanted:
        if not _LABEL.fullmatch(name):
            raise click.BadParameter(
                f"{name!r} is no name: use lower-case letters, digits and hyphens.", param_hint="--environment"
            )
    with mistakes_explained(as_json=as_json):
        from plures.targets import kubernetes, workloads_of, write

        from .choosing import images_of
        from .kubectl import check_secrets, difference

        project = open_project(file)
        workloads = workloads_of(
            project.topology(topology), project.settings, project.assembly.facts, project.assembly.name, peers=peers
        )
        folder = layout or (_LAYOUT if tag is None and _LAYOUT.is_dir() else None)
        images = images_of(workloads, folder, registry, tag)
        files = kubernetes.render(
            workloads, kubernetes.Choices(images, wanted or ("production",), kubernetes.Signal(scale_by))
        )
        written = write(
            out, "kubernetes", files, for_people=filter(kubernetes.is_for_people, files), overwrite=overwrite
        )
        differs = ""
        if compared is not None:
            overlay = out / "overlays" / compared
            check_secrets(kubernetes.secrets_in(workloads), overlay)
            differs = difference(overlay)
    _tell(out, written, differs, compared, as_json=as_json)
    sys.exit(FAILED if differs else 0)


def _tell(out: Path, written: "Written", differs: str, compared: str | None, *, as_json: bool) -> None:
    groups = groups_of(written)
    if as_json:
        told = {"folder": str(out), **groups}
        print_json({**told, **({} if compared is None else {"diff": differs})}, pretty=False)
        return
    for word, colour in (("new", "green"), ("changed", "yellow"), ("removed", "red")):
        for path in groups[word]:
            say((f"{word:8}", colour), f" {out / path}")
    say(
        f"{sum(map(len, groups.values())) - len(written.removed)} files in {out}; {len(written.unchanged) + len(written.kept)} as they were"
    )
    if compared is not None:
        click.echo(differs, nl=False)
        say(("nothing differs", "green") if not differs else ("what runs differs", "yellow"), f" from {compared}")
