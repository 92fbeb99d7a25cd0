"""Where faults on demand are refused, since callers from elsewhere would meet them, or no call would."""

from pathlib import Path

import pytest
from lab import app
from msgspec.structs import replace

from plures.application import assemble
from plures.cli.faults import faults_of
from plures.errors import InvalidInput
from plures.topology import Address, Process, Settings, Topology, check, monolith

ASSEMBLY = assemble(app)
LOOPBACK = Address("127.0.0.1", 0)
SETTINGS = Settings("lab:app", Path("data"), LOOPBACK, LOOPBACK, {})
ASKED = ("echo=latency:1ms",)


def refusals(
    settings: Settings, topology: Topology, texts: tuple[str, ...] = ASKED, *, allowed: bool = False
) -> list[str]:
    try:
        faults_of(texts, ASSEMBLY, check(topology, ASSEMBLY.facts), settings, in_production=allowed)
    except InvalidInput as error:
        return [violation.what for violation in error.violations]
    return []


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "LOCALHOST"])
def test_loopback_is_no_production(host: str) -> None:
    assert refusals(replace(SETTINGS, control=Address(host, 80)), monolith()) == []


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"control": Address("0.0.0.0", 80)}, "the control listener listens on 0.0.0.0:80"),
        ({"control": Address("::", 80)}, "the control listener listens on [::]:80"),
        ({"control": Address("shop.internal", 80)}, "the control listener listens on shop.internal:80"),
        ({"public_names": ("shop.example",)}, "[listen] public_names has shop.example"),
        ({"names": ("a.internal", "b.internal")}, "[listen] names has a.internal, b.internal"),
    ],
)
def test_who_may_be_called_from_elsewhere_has_to_say_so(more: dict[str, object], why: str) -> None:
    settings = replace(SETTINGS, **more)  # type: ignore[arg-type]
    assert refusals(settings, monolith()) == [f"it would hit callers from elsewhere: {why}"]
    assert refusals(settings, monolith(), allowed=True) == []
    assert refusals(settings, monolith(), ()) == []


def test_the_listener_of_an_edge_that_is_not_there_does_not_count() -> None:
    assert refusals(replace(SETTINGS, public=Address("0.0.0.0", 80)), monolith()) == []


@pytest.mark.parametrize("how", [{"external": "http://127.0.0.1:1"}, {"command": "node echo.js"}])
def test_what_runs_elsewhere_has_no_faults_here(how: dict[str, str]) -> None:
    topology = Topology("split", (Process("echo", ("echo",), **how), Process("rest", ("*",))))  # type: ignore[arg-type]
    assert refusals(SETTINGS, topology) == ["capability 'echo' does not run here, and latency would hit no call"]
    assert refusals(SETTINGS, topology, ("relay=latency:1ms", "echo=unavailable:5%")) == []
