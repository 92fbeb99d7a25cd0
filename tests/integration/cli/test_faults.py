"""`plures run --fault`: what is injected, that it is said, and where it is refused."""

import signal
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest

from .programs import Program

Start = Callable[..., Program]
ANYWHERE = ("--port", "0", "--control-port", "0")


@pytest.mark.parametrize("topology", [(), ("--topology", "split")], ids=["one", "split"])
def test_faults_are_announced_and_happen(plures: Start, topology: tuple[str, ...]) -> None:
    running = plures("run", *ANYWHERE, *topology, "--fault", "till.ring=error:100%", "--fault", "till=latency:1ms..2ms")
    running.line(r"^FAULTS ARE INJECTED ON DEMAND: till\.ring=error:100%, till=latency:1ms\.\.2ms$")
    url = running.line(r"(?:till|the application): (http://127\.0\.0\.1:\d+)$")[1]
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url, timeout=60)
    assert caught.value.code == 500
    caught.value.close()
    running.line(r"till\.till\.v1\.Till/Ring fails with an injected error, as was asked for \(till\.ring=error:100%\)")
    assert running.end(signal.SIGTERM) == 0
    assert "InjectedError" not in running.output


def test_all_mistakes_are_said_at_once(plures: Start) -> None:
    running = plures("run", *ANYWHERE, "--host", "0.0.0.0", "--fault", "tll=error:5%", "--fault", "till.rng=error:5")
    assert running.end() == 2
    assert running.output.splitlines()[0].startswith("error: The command line has 4 problems")
    for part in (
        "capability 'tll'",
        "Did you mean 'till'?",
        "operation 'rng'",
        "Did you mean 'ring'?",
        "'5' is not a share",
    ):
        assert part in running.output
    assert "it would hit callers from elsewhere: the edge listens on 0.0.0.0:0" in running.output


def test_in_production_they_need_a_word(plures: Start) -> None:
    running = plures(
        "run", *ANYWHERE, "--host", "0.0.0.0", "--fault", "till=latency:1ms", "--faults-in-production", "--log-format",
        "json",
    )  # fmt: skip
    assert '"level": "warning"' in running.line(r".*FAULTS ARE INJECTED ON DEMAND: till=latency:1ms.*")[0]
    running.line("health, contracts and calls")
    assert running.end(signal.SIGTERM) == 0
