"""A small shop that is placed in many ways."""

from pathlib import Path

import pytest

from plures.targets import Workloads, workloads_of
from plures.topology import ApplicationFacts, CapabilityFacts, check, parse

SHOP = ApplicationFacts(
    {
        "search": CapabilityFacts(needs=frozenset({"catalog"})),
        "catalog": CapabilityFacts(has_database=True, notifies=frozenset({"search"})),
        "orders": CapabilityFacts(needs=frozenset({"catalog"}), has_database=True, notifies=frozenset({"mail"})),
        "mail": CapabilityFacts(),
    },
    has_edge=True,
    edge_needs=frozenset({"search", "orders"}),
)
HEAD = '[application]\nimport = "shop.app:app"\n'
ON_SERVER = 'database = "main"\n'


class Shop:
    """Places it as a text of plures.toml says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def placed(self, text: str, topology: str = "split", *, peers: str | None = None) -> Workloads:
        # All rows are on the server where there is one.
        file = self.folder / "plures.toml"
        file.write_text(f"{HEAD}{ON_SERVER if '[databases.main]' in text else ''}{text}")
        settings = parse(file)
        return workloads_of(check(settings.topology(topology), SHOP), settings, SHOP, "shop", peers=peers)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)
