"""Each capability keeps its contract, and what tests of its consumers expect, in process and over the wire: `plures contract test` does the same."""

from pathlib import Path

import pytest

from marketplace.trials import trials
from plures.testing import Running, Trial, Where, check_contract, placements

PACTS = Path(__file__).parents[2] / "contracts" / "pacts"
shop = placements("marketplace.app:app", where=[Where.CHECKED, Where.OVER_THE_WIRE], scope="module")


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("trial", trials, ids=[trial.contract.__name__ for trial in trials])
async def test_it_keeps_its_contract(shop: Running, trial: Trial) -> None:
    await check_contract(shop, trial.contract, trial=trial, examples=10, pacts=PACTS)


def test_each_contract_has_a_trial() -> None:
    named = {path.name.removesuffix(".toml") for path in PACTS.parent.glob("*.toml")}
    assert {trial.contract.__plures_contract__.name for trial in trials} == named
