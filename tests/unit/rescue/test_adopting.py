"""`plures adopt --rescue` writes a first plures.toml from code and Compose files, and it fits."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner

from plures.cli import main
from plures.rescue import ComposeUnread, NothingToRescue, read_folders, text_of
from plures.topology import Settings, parse

MAIN = "from fastapi import FastAPI\napp = FastAPI()\n"
COMPOSE = """
    services:
      web_gateway:
        build: ./gateway
        command: sh -c "uvicorn main:create --factory --host 0.0.0.0 --port 9000"
        env_file: [gateway/.env, gateway/more.env]
        ports: ["8080:9000"]
        depends_on: [orders]
      orders:
        build: {context: ./orders, dockerfile: docker/Dockerfile}
        hostname: orders.internal
        environment:
          - STOCK_URL=http://stock:8000
          - LEVEL=${LEVEL:-info}
          - SECRET=${SECRET}
          - PRICE=5$$
          - EMPTY=${EMPTY:-}x
          - NESTED=${A:-${B:-deep}}/b
        networks: {back: {aliases: [sales]}}
        depends_on: {db: {condition: service_healthy}}
      db:
        image: postgres:16
"""
FILES = {
    "compose.yaml": COMPOSE,
    "gateway/main.py": "def create(): ...\n",
    "orders/src/sales/api.py": MAIN,
    "orders/docker/Dockerfile": 'FROM python:3.12\nCMD ["gunicorn", "-k", "uvicorn.workers.UvicornWorker", "sales.api:app"]\n',
}


def written(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text))
    return folder


def adopted(folder: Path, *folders: Path) -> Settings:
    (folder / "plures.toml").write_text(text_of(read_folders(folders or (folder,)), folder))
    return parse(folder / "plures.toml")


def test_a_compose_file(tmp_path: Path) -> None:
    folder = written(tmp_path, FILES)
    settings = adopted(folder)
    assert list(settings.services) == ["orders", "web-gateway"]
    gateway, orders = settings.services["web-gateway"], settings.services["orders"]
    assert (gateway.app, gateway.folder, gateway.public) == ("main:create()", folder / "gateway", ("127.0.0.1", 8080))
    assert gateway.addresses == ("http://web_gateway:9000", "http://localhost:8080")
    assert gateway.environment_file == folder / "gateway/.env"
    assert (orders.app, orders.folder) == ("sales.api:app", folder / "orders/src")
    assert orders.addresses == ("http://orders:8000", "http://orders.internal:8000", "http://sales:8000")
    assert orders.environment == {
        "STOCK_URL": "http://stock:8000",
        "LEVEL": "info",
        "PRICE": "5$",
        "EMPTY": "x",
        "NESTED": "deep/b",
    }
    left = read_folders([folder]).left
    assert [sentence.partition(" ")[0] for sentence in left] == ["web-gateway:", "orders:", "db"]


def test_code_alone(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        {"orders/app/main.py": MAIN, "stock_api/api.py": MAIN, "stock_api/tests/main.py": MAIN, "docs/x.py": ""},
    )
    settings = adopted(folder)
    assert {name: service.app for name, service in settings.services.items()} == {
        "orders": "app.main:app",
        "stock-api": "api:app",
    }
    assert adopted(folder, folder / "orders").services["orders"].addresses == ("http://orders:8000",)


def test_what_cannot_be_adopted(tmp_path: Path) -> None:
    with pytest.raises(NothingToRescue):
        read_folders([written(tmp_path / "a", {"x.py": "print(1)\n"})])
    for text in ("services: [", "services: 3", "- a"):
        with pytest.raises(ComposeUnread):
            read_folders([written(tmp_path / "b", {"compose.yml": text})])


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(written(tmp_path, FILES))
    done = CliRunner().invoke(main, ["adopt", "--rescue", "."])
    assert done.exit_code == 0, done.output
    assert "wrote plures.toml: 2 services" in done.output
    assert "left to you: db (postgres:16) is no ASGI service" in done.output
    assert CliRunner().invoke(main, ["topology", "check"]).output == "ok  monolith\n"
    shown = CliRunner().invoke(main, ["topology", "show"])
    assert shown.output.endswith("main runs the services orders, web-gateway.\n")
    assert (
        '"services":{"main":["orders","web-gateway"]}'
        in CliRunner().invoke(main, ["topology", "show", "--json"]).output
    )
    again = CliRunner().invoke(main, ["adopt", "--rescue", "."])
    assert again.exit_code == 2
    assert "plures.toml is there already" in again.output
    shown = CliRunner().invoke(main, ["adopt", "--rescue", "orders", "-o", "-"])
    assert shown.output.startswith("# Existing services")
