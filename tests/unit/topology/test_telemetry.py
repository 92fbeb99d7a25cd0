"""`[telemetry]` of plures.toml."""

from pathlib import Path

import pytest

from plures.errors import InvalidInput
from plures.topology import Drawn, TelemetrySettings, parse

HEAD = '[application]\nimport = "shop:app"\n'


def told(tmp_path: Path, text: str) -> TelemetrySettings:
    file = tmp_path / "plures.toml"
    file.write_text(HEAD + text)
    return parse(file).telemetry


def test_what_holds_where_nothing_is_said(tmp_path: Path) -> None:
    assert told(tmp_path, "") == TelemetrySettings(True, Drawn(1.0, 10.0), {}, 256, 48)


def test_what_can_be_said(tmp_path: Path) -> None:
    text = '[telemetry]\nenabled = false\nshare = 0.5\nmib = 8\nhours = 1\noperations = { "search/Find" = { per_s = 1 }, "GET /" = { share = 0 } }'
    assert told(tmp_path, text) == TelemetrySettings(
        False, Drawn(0.5, 10.0), {"search/Find": Drawn(0.5, 1), "GET /": Drawn(0, 10.0)}, 8, 1
    )


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = '[telemetry]\nenabled = 1\nshare = 2\nper_s = -1\nmib = 1.5\nhours = nan\nrate = 1\noperations = { "a/B" = { share = 7, mib = 9 }, c = 1 }'
    with pytest.raises(InvalidInput) as told_:
        told(tmp_path, text)
    violations = str(told_.value)
    for each in ("enabled", "share", "per_s", "mib", "hours", "rate", "operations.a/B share", "operations.c"):
        assert each.split()[-1] in violations, each
    assert len(told_.value.violations) == 9
