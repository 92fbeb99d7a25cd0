"""Calls of a test wait on a busy machine, unless its topology says how long they may."""

from dataclasses import replace

from plures.testing.patience import patient
from plures.topology import Policies, monolith


def test_calls_wait_for_long_where_nothing_is_said() -> None:
    assert patient(None).of("till") == patient(monolith()).of("till") == {"queue_s": 30.0}


def test_what_a_topology_says_holds() -> None:
    said = Policies({"queue_s": 0.1, "threads": 3}, {"till": {"queue_s": 0.5}})
    found = patient(replace(monolith(), policies=said))
    assert (found.of("till"), found.of("safe")) == ({"queue_s": 0.5, "threads": 3}, {"queue_s": 0.1, "threads": 3})
