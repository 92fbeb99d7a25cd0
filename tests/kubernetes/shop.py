"""The marketplace as it is rendered for a cluster: its plures.toml with what containers need besides."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner

from plures.cli import main
from plures.cli.project import Project, open_project
from plures.targets import Workloads, kubernetes, workloads_of

from .cluster import ROOT

_TLS: Final = '\n[tls]\ncertificate = "/tls/tls.crt"\nkey = "/tls/tls.key"\ntrust = "/tls/ca.crt"\n'
_SERVER: Final = (
    '\n[databases.main]\nurl = "postgresql://${SHOP_DB_LOGIN}@postgres.shop-data:5432/shop"\nmost_connections = 4000\n'
)
_MANY: Final = "replicas = { min = 2, max = 100 }"


class Shop:
    """Renders, and knows what it rendered.

    Args:
        is_on_server: Whether all rows are on a server of PostgreSQL.
    """

    def __init__(self, folder: Path, topology: str, *, is_on_server: bool = False) -> None:
        self.topology, self.out, self.environment = topology, folder / "rendered", folder.name
        text = (ROOT / "plures.toml").read_text()
        assert text.count('search = { capabilities = ["search"] }') == 1
        text = text.replace(
            'search = { capabilities = ["search"] }', f'search = {{ capabilities = ["search"], {_MANY} }}'
        )
        if is_on_server:
            text = text.replace("[application]\n", '[application]\ndatabase = "main"\n') + _SERVER
        folder.mkdir(parents=True)
        self.file = folder / "plures.toml"
        self.file.write_text(text + _TLS)
        self.project: Project = open_project(self.file)

    @property
    def namespace(self) -> str:
        return f"marketplace-{self.environment}"

    @property
    def overlay(self) -> Path:
        return self.out / "overlays" / self.environment

    @property
    def workloads(self) -> Workloads:
        project = self.project
        return workloads_of(
            project.topology(self.topology), project.settings, project.assembly.facts, project.assembly.name
        )

    @property
    def secrets(self) -> Mapping[str, frozenset[str]]:
        return kubernetes.secrets_in(self.workloads)

    def render(
        self, tag: str, *further: str, kubeconfig: Path | None = None, path: str = ""
    ) -> tuple[int, dict[str, Any]]:
        """Type the command; its exit status, and what it told."""
        command = [
            "deploy", "kubernetes", self.topology, "--file", str(self.file), "--out", str(self.out), "--tag", tag,
            "--registry", "registry.example", "--environment", self.environment, "--json", *further,
        ]  # fmt: skip
        done = CliRunner(env={"KUBECONFIG": str(kubeconfig), "PATH": path} if kubeconfig else {}).invoke(main, command)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, json.loads(done.stdout or done.stderr)
