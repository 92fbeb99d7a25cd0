"""`pytest --plures-record`: what fakes of `plures.testing` answer in this run becomes the pact files of the project.

With pytest-xdist each worker sends what its tests showed; the session that started them writes.
"""

import json
from collections import defaultdict
from collections.abc import Generator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from plures.errors import PluresError
from plures.pacts import FOLDER, Expectation, Ran, merged, read_pacts, written

from .recording import Recorder, consumers_of, record_with

_SENT = "plures_recorded"


class Recording:
    """One session of tests."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._folder = (config.rootpath / str(config.getini("plures_file"))).parent
        self._recorder = Recorder(config.rootpath)
        self._variants: dict[str, set[str]] = defaultdict(set)
        self._done: set[str] = set()
        self._failed_files: set[str] = set()
        self._shown: list[Expectation] = []
        self._told = ""
        record_with(self._recorder)

    @property
    def _is_worker(self) -> bool:
        return hasattr(self._config, "workerinput")

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Know a test, whether it is selected or not."""
        self._variants[_test(item.nodeid)].add(item.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Know a file that could not be read: its tests are not gone."""
        if report.failed:
            self._failed_files.add(report.nodeid.partition("::")[0])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Say which test runs. What a test expects that fails is not kept."""
        self._recorder.test = _test(item.nodeid)
        before = len(self._recorder.shown)
        try:
            return (yield)
        finally:
            self._recorder.test = ""
            if item.nodeid not in self._done:
                del self._recorder.shown[before:]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Know a test that ran to its end."""
        if report.when == "call" and report.passed:
            self._done.add(report.nodeid)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a worker of pytest-xdist sends."""
        sent = getattr(node, "workeroutput", {}).get(_SENT)
        if sent is None:
            return
        told = json.loads(sent)
        self._shown += map(_received, told["shown"])
        self._done.update(told["done"])
        self._failed_files.update(told["failed"])
        for test, variants in told["variants"].items():
            self._variants[test].update(variants)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Send what was recorded, or write it."""
        record_with(None)
        shown = self._by_consumers(self._recorder.shown)
        if self._is_worker:
            told = {
                "shown": [asdict(each) for each in shown],
                "done": sorted(self._done),
                "failed": sorted(self._failed_files),
                "variants": {test: sorted(variants) for test, variants in self._variants.items()},
            }
            output: dict[str, str] = self._config.workeroutput  # type: ignore[attr-defined]
            output[_SENT] = json.dumps(told)
            return
        self._shown += shown
        self._write()

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say what was written."""
        if self._told:
            terminalreporter.write_line(self._told)

    def _write(self) -> None:
        folder = self._folder / FOLDER
        try:
            before = read_pacts(folder)
        except PluresError as error:
            pytest.exit(f"plures: {error}", returncode=pytest.ExitCode.USAGE_ERROR)
        files = {test.partition("::")[0] for each in before for test in each.tests}
        gone = [file for file in files if not (self._config.rootpath / file).is_file()]
        after = merged(before, self._ran(), gone)
        texts, changed = written(after), 0
        for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
            if path.name not in texts:
                path.unlink()
                changed += 1
        for name, text in texts.items():
            path = folder / name
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                changed += 1
        files_in_words = f"{changed} file{'' if changed == 1 else 's'} of {FOLDER} changed"
        self._told = f"plures: {len(after)} expectations, {files_in_words}"

    def _ran(self) -> Ran:
        passed = {test for test, variants in self._variants.items() if variants <= self._done}
        return Ran(self._shown, passed, self._whole_files(), set(self._variants))

    def _whole_files(self) -> set[str]:
        """Files whose tests were all collected: one that is not among them is gone."""
        arguments = [argument for argument in self._config.args if "::" in argument]
        if self._config.getoption("lf", default=False):
            return set()
        chosen = {Path(argument.partition("::")[0]).name for argument in arguments}
        files = {test.partition("::")[0] for test in self._variants} - self._failed_files
        return {file for file in files if Path(file).name not in chosen}

    def _by_consumers(self, shown: list[Expectation]) -> list[Expectation]:
        packages, root = (
            _packages(self._folder / Path(str(self._config.getini("plures_file"))).name) if shown else ({}, "")
        )
        return consumers_of(shown, packages, root)


def _received(fields: dict[str, Any]) -> Expectation:
    """An expectation of a worker: JSON has lists in place of tuples."""
    told: dict[str, Any] = {**fields, "tests": tuple(fields["tests"]), "maps": tuple(fields["maps"])}
    return Expectation(**told)


def _test(nodeid: str) -> str:
    """The test, without what tells its variants apart."""
    return nodeid.partition("[")[0]


def _packages(file: Path) -> tuple[dict[str, str], str]:
    """Package → capability that lies in it, and the package of the application; nothing where there is no plures.toml."""
    if not file.is_file():
        return {}, ""
    from plures.application import assemble, load
    from plures.topology import parse

    settings = parse(file)
    assembly = assemble(load(settings.application, file.parent))
    packages = {
        each.contract.python.__module__.rpartition(".")[0]: name for name, each in assembly.capabilities.items()
    }
    return packages, settings.application.partition(":")[0].rpartition(".")[0]
