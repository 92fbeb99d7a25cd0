"""`plures token`, and the file that it reads."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from plures.access import digest_of
from plures.deploy import Run
from plures.deploy.run_file import RunFileExposed, find_runs, published

Plures = Callable[..., Result]
RUN = Run("shop", ("http://127.0.0.1:1",), {}, token="a-token-of-the-run", tokens={"http://127.0.0.1:1": "of-a-tool"})


def refuse(line: str) -> None:
    raise AssertionError(line)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "plures.toml").write_text('[application]\nimport = "shop.app:app"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_prints_the_token_of_the_run_and_nothing_else(plures: Plures, site: Path) -> None:
    with published(site / ".plures", RUN, refuse):
        assert plures("token").output == "a-token-of-the-run\n"
    with published(site / "other", RUN, refuse):
        assert plures("token", "--data", "other").output == "a-token-of-the-run\n"


def test_where_nothing_runs(plures: Plures, site: Path) -> None:
    result = plures("token")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "[cli.nothing_runs]" in result.stderr


def test_a_new_one_is_long_and_its_own(plures: Plures, site: Path) -> None:
    first, second = plures("token", "--new").output.strip(), plures("token", "--new").output.strip()
    assert len(first) == len(second) == 43
    assert first != second
    assert digest_of(first) != digest_of(second)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_can_read_is_refused(plures: Plures, site: Path, mode: int) -> None:
    with published(site / ".plures", RUN, refuse):
        (path,) = (site / ".plures" / "run").glob("*.json")
        path.chmod(mode)
        with pytest.raises(RunFileExposed):
            find_runs(site / ".plures")
        result = plures("token")
    assert (result.exit_code, "[deploy.run_file_exposed]" in result.stderr) == (2, True)
    assert f"its mode is {mode:04o}" in result.stderr
    assert "a-token-of-the-run" not in result.output


def test_no_token_shows_by_accident() -> None:
    assert "a-token-of-the-run" not in repr(RUN)
    assert "of-a-tool" not in repr(RUN)
