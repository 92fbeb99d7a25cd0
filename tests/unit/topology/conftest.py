"""A small shop to place: a circle between two capabilities, one with a database, one that others run."""

import pytest

from plures.topology import ApplicationFacts, CapabilityFacts


@pytest.fixture
def shop() -> ApplicationFacts:
    return ApplicationFacts(
        {
            "search": CapabilityFacts(needs=frozenset({"catalog", "pricing"})),
            "catalog": CapabilityFacts(needs=frozenset({"pricing"})),
            "pricing": CapabilityFacts(needs=frozenset({"catalog"})),
            "orders": CapabilityFacts(needs=frozenset({"pricing", "tax"}), has_database=True),
            "tax": CapabilityFacts(has_implementation=False),
        },
        has_edge=True,
        edge_needs=frozenset({"search", "orders"}),
    )
