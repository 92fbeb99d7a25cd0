"""One control plane for all tests here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .cluster import Cluster, cluster
from .shop import Shop


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("plane")) as made:
        yield made


@pytest.fixture(scope="session")
def shops(tmp_path_factory: pytest.TempPathFactory, plane: Cluster) -> dict[str, Shop]:
    """The marketplace in three ways, each in a namespace of its own with its Secrets; nothing is applied yet."""
    folder: Path = tmp_path_factory.mktemp("shops")
    made = {
        "split": Shop(folder / "embedded", "split"),
        "server": Shop(folder / "server", "split", is_on_server=True),
        "one": Shop(folder / "one", "monolith"),
    }
    for shop in made.values():
        code, told = shop.render("1")
        assert code == 0, told
        plane.namespace(shop.namespace, shop.secrets)
    return made
