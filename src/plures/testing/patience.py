"""What holds for calls of an application that tests run."""

from typing import Final

from msgspec.structs import replace

from plures.topology import Policies, Topology

_PATIENT: Final = {"queue_s": 30.0}


def patient(topology: Topology | None) -> Policies:
    """What the topology says of calls; where it leaves that out, they wait: calls that a test makes at once are no rush, however busy its machine is."""
    said = Policies() if topology is None else topology.policies
    return replace(said, everywhere={**_PATIENT, **said.everywhere})
