"""Real processes with sagas over two capabilities, killed and stopped at random and at their points: all that was accepted ends, and nothing happens twice."""

import asyncio
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from plures.data import Server
from tests.postgres import postgres

__all__ = ["postgres"]

KILLS = 62
PROGRAM = Path(__file__).with_name("killing.py")


@pytest.fixture(params=["sqlite", "postgresql"])
async def where(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    if request.param == "sqlite":
        return {"folder": str(tmp_path)}
    place: Server = await request.getfixturevalue("postgres").schema()
    return {"url": place.url, "schema": place.schema}


async def killed(where: dict[str, str], folder: Path) -> dict[str, Any]:
    given = {"where": where, "folder": str(folder), "kills": KILLS, "seed": 11}
    given["replicas"] = 2 if "url" in where else 1
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", str(PROGRAM), json.dumps(given)),
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
    )
    try:
        async with asyncio.timeout(180):
            told, _ = await process.communicate()
        assert process.returncode == 0
        return json.loads(told)  # type: ignore[no-any-return]
    finally:
        # It and all that it has forked.
        if process.returncode != 0:
            os.killpg(process.pid, 9)
            await process.wait()


async def test_all_that_was_accepted_ends_and_nothing_happens_twice(where: dict[str, str], tmp_path: Path) -> None:
    found = await killed(where, tmp_path)
    states, ledger, effects = found["states"], found["ledger"], Counter(found["effects"])
    assert sum(found["kills"].values()) >= KILLS
    assert len(found["accepted"]) > KILLS
    assert set(found["accepted"]) <= set(states)
    assert set(states.values()) == {"completed", "compensated"}
    assert set(effects.values()) == {1}, "no key with two effects"
    for one, state in states.items():
        changes = [change for its, change in ledger if its == one]
        did = {
            operation for operation in ("reserve", "take", "release", "give_back") if f"{operation} {one}" in effects
        }
        if state == "completed":
            assert (changes, did) == ([1], {"reserve", "take"})
        else:
            assert sorted(changes) in ([], [-1, 1])
            assert ("release" in did) >= ("reserve" in did)
            assert "take" not in did or "give_back" in did
