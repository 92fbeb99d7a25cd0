"""What a machine costs, measured by real processes."""

import pytest

from plures.calibration import NotMeasured, calibrate
from plures.calibration.pair.contracts import Answerer, Driver, Neighbour
from plures.contract import read_contract


def test_a_machine_is_measured() -> None:
    cost = calibrate(share=0.05)
    assert len(cost.paces) == 3
    assert [each.per_s for each in cost.paces] == sorted(each.per_s for each in cost.paces)
    # A call over the wire is longer than one in the process on any machine, be it ever so busy: by thousands of instructions on both sides.
    assert sum(each.wait_us for each in cost.paces) > 0
    assert sum(each.cpu_us for each in cost.paces) > 0
    assert cost.memory_bytes > 1_000_000
    assert 0 <= cost.idle_cpu < 1
    assert cost.calls > 0


def test_what_cannot_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plures.calibration.measuring._FILE", "[application]\nimport = 'nowhere:app'\n")
    with pytest.raises(NotMeasured) as raised:
        calibrate(share=0.05)
    assert "nowhere" in raised.value.why


@pytest.mark.parametrize("declared", [Answerer, Driver, Neighbour])
def test_its_contracts_are_contracts(declared: type) -> None:
    _, problems = read_contract(declared)
    assert problems == []
