"""`plures scale plan`: what it prints, and what it says of mistakes."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]
SHORT = ("scale", "plan", "--rate", "30", "--times", "2", "--over", "5s", "--stays", "5s", "--max", "4")


def test_people_get_a_table_and_the_line_to_write(plures: Run) -> None:
    result = plures(*SHORT)
    assert result.exit_code == 0, result.stderr
    assert "chosen" in result.stdout
    assert "replicas = { min = 2, max = 4, cpu = " in result.stdout
    assert "playing: looking ahead" in result.stderr


def test_programs_get_all_that_was_tried(plures: Run, tmp_path: Path) -> None:
    day = tmp_path / "day.csv"
    day.write_text("second,rate\n100,20\n130,40\n")
    result = plures("scale", "plan", "--csv", str(day), "--json", "--wait", "5ms", "--max", "4")
    told = json.loads(result.stdout)
    assert told["load"]["points"] == [[0, 20], [30, 40]]
    assert told["workload"]["wait_s"] == 0.005
    assert told["chosen"]["toml"].startswith("replicas = { min = 2, max = 4")
    assert told["chosen"]["p99_s"] <= told["limit_s"]
    assert len(told["tried"]) == 6
    assert len(told["steps"]) == 30


def test_no_setting_is_a_failure(plures: Run) -> None:
    result = plures(*SHORT, "--limit", "1ms")
    assert result.exit_code == 1
    assert "No setting answers 99 of 100 calls within 1 ms" in result.stdout


def test_a_file_that_is_no_load(plures: Run, tmp_path: Path) -> None:
    day = tmp_path / "day.csv"
    day.write_bytes(b"\xff\xfe\x00")
    result = plures("scale", "plan", "--csv", str(day), "--json")
    assert result.exit_code == 2
    assert json.loads(result.stderr)["code"] == "scaling.load_unreadable"
    day.write_text("0,1\nten,2\n")
    result = plures("scale", "plan", "--csv", str(day))
    assert result.exit_code == 2
    assert "line 2 is no pair of numbers" in result.stderr
    assert "Traceback" not in result.output
