"""Lines of the log and figures of the process, as the store of telemetry keeps them."""

import asyncio
import json
import logging
from pathlib import Path

import pytest

from plures.host.observing.figures import tell_figures
from plures.host.observing.kept_lines import KeptLines
from plures.logs import InCall
from plures.logs.record import know_the_call
from plures.telemetry import LogFilter, ProcessName, Reading, Store, Telemetry, spent_by

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "f0f067aa0ba902b7"


def test_a_line_is_kept_with_its_trace(tmp_path: Path) -> None:
    store = Store(tmp_path, Telemetry(), ProcessName("shop", 1))
    logger, before = logging.getLogger("shop.search"), logging.getLogRecordFactory()
    logger.propagate = False
    handler = KeptLines(store)
    logger.addHandler(handler)
    know_the_call(lambda: InCall("r-1", "search", TRACE, SPAN))
    try:
        logger.warning("%d left", 3, extra={"product": "tea"})
        try:
            raise ValueError("broken")
        except ValueError:
            logger.exception("it failed")
        # A line is no reason for work to fail.
        logger.warning("%d left", "three")
    finally:
        logging.setLogRecordFactory(before)
        logger.removeHandler(handler)
        logger.propagate = True
    store.write()
    lines = Reading(tmp_path).logs(LogFilter(trace=TRACE))
    by_text = {line.message.partition("\n")[0]: line for line in lines}
    assert set(by_text) >= {"3 left", "it failed"}
    assert len(lines) == 3
    kept = by_text["3 left"]
    assert (kept.logger, kept.level, kept.capability) == ("shop.search", logging.WARNING, "search")
    assert json.loads(kept.fields) == {"product": "tea"}
    assert "ValueError: broken" in by_text["it failed"].message


async def test_figures_of_the_process() -> None:
    told: dict[str, float] = {}
    of_one: dict[str, float] = {}
    are_all = asyncio.Event()
    one = spent_by("one whose figures are told")

    def put(name: str, value: float, capability: str) -> None:
        if not capability:
            told[name] = value
        elif capability == "one whose figures are told":
            of_one[name] = value
        if len(told) == 3 and len(of_one) == 2:
            are_all.set()

    def read() -> None:
        one.cpu_s += 0.25
        one.database_s += 0.5

    telling = asyncio.create_task(tell_figures(put, read, every_s=0.01))
    await are_all.wait()
    telling.cancel()
    assert of_one["database.share"] == pytest.approx(2 * of_one["cpu.share"])
    assert of_one["cpu.share"] > 0
    assert set(told) == {"loop.delay_s", "cpu.share", "memory.bytes"}
    assert told["memory.bytes"] > 1_000_000
    assert told["loop.delay_s"] >= 0
