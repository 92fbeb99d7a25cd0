"""`plures run --process`: one process of a topology, as other machines see it."""

from pathlib import Path

import pytest

from plures.cli.processes import NotOurs, alone_in
from plures.topology import Address, Replicas, ResolvedProcess, ResolvedTopology, Settings

SETTINGS = Settings(
    "shop.app:app", Path(), Address("127.0.0.1", 8000), Address("127.0.0.1", 8001), {}, names=("shop.internal",)
)


def split() -> ResolvedTopology:
    def process(name: str) -> ResolvedProcess:
        return ResolvedProcess(
            name, (name,), replicas=Replicas(), edge=False, exclusive=False, external=None, command=None, environment={}
        )

    return ResolvedTopology("split", {name: process(name) for name in ("search", "cart")})


def test_it_answers_other_machines_by_the_name_that_they_call_it() -> None:
    topology, settings = alone_in(split(), SETTINGS, "search", None)
    assert str(settings.control) == "0.0.0.0:8001"
    assert settings.names == ("shop.internal", "search")
    assert topology.processes["cart"].external == "https://cart:8001"
    _, settings = alone_in(split(), SETTINGS, "cart", "https://{process}.shop.svc:8001")
    assert settings.names == ("shop.internal", "cart.shop.svc")


def test_a_process_that_is_not_there_is_refused() -> None:
    with pytest.raises(NotOurs) as refused:
        alone_in(split(), SETTINGS, "serch", None)
    assert refused.value.fix == "Did you mean 'search'?"
