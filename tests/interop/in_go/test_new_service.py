"""`plures new service --language go`: what it writes is as gofmt writes it, is built by what it says, and runs beside processes in Python."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

from plures import Unimplemented
from plures.testing import Where, run
from plures.topology import Process, Topology
from tests.golang import ROOT, build, go, go_environment
from tests.interop.in_go.paper import Paper, Press

pytestmark = pytest.mark.go
APPLICATION = "tests.interop.in_go.paper:app"
PATIENCE_S = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service for the capability `paper`, as it is written."""
    settings = tmp_path_factory.mktemp("application")
    (settings / "plures.toml").write_text(f'[application]\nimport = "{APPLICATION}"\n')
    for arguments in (["contract", "lock"], ["new", "service", "paper", "--language", "go"]):
        command = [sys.executable, "-m", "plures", *arguments, "--file", str(settings / "plures.toml")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
        assert done.returncode == 0, done.stderr
    return settings / "services" / "paper"


def test_it_is_formatted_and_nothing_in_it_is_suspicious(folder: Path) -> None:
    build(folder, "bin/service")
    for command in ([str(go().with_name("gofmt")), "-l", "."], [str(go()), "vet", "."]):
        done = subprocess.run(
            command, cwd=folder, env=go_environment(), capture_output=True, text=True, check=True, timeout=PATIENCE_S
        )
        assert done.stdout == ""


async def test_it_answers_and_hears_of_events_beside_processes_in_python(folder: Path, tmp_path: Path) -> None:
    topology = Topology(
        "mixed", (Process("paper", ("paper",), command=str(build(folder, "bin/service"))), Process("others", ("*",)))
    )
    async with run(APPLICATION, Where.LOCAL_PROCESSES, data=tmp_path / "first", topology=topology) as running:
        with pytest.raises(Unimplemented, match="Sheets is not written yet"):
            await running.client(Paper).sheets("a4")
    written = (folder / "service.go").read_text()
    for name, body in BODIES.items():
        written, count = re.subn(rf"(?m)^func \(service\) {name}\(.*\n(.*\n)^}}$", body.strip(), written)
        assert count == 1, name
    (folder / "service.go").write_text(written)
    build(folder, "bin/service")
    async with run(APPLICATION, Where.LOCAL_PROCESSES, data=tmp_path / "second", topology=topology) as running:
        paper = running.client(Paper)
        assert await paper.sheets("a4") == 0
        assert [size async for size in paper.sizes()] == ["a3", "a4"]
        await running.client(Press).print("a4", 7)
        await printed(paper, 7)


async def printed(paper: Paper, many: int) -> None:
    """Wait until so many sheets are counted."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if await paper.sheets("a4") == many:
                return
            await asyncio.sleep(0.05)


BODIES = {
    "Sheets": """
var printed = map[string]int64{}

func (service) Sheets(_ context.Context, asked *paperv1.SheetsRequest) (*paperv1.SheetsResponse, error) {
	return &paperv1.SheetsResponse{Value: printed[asked.Size]}, nil
}
""",
    "Sizes": """
func (service) Sizes(_ context.Context, _ *paperv1.SizesRequest, to paperv1connect.PaperSizesServerStream) error {
	for _, size := range []string{"a3", "a4"} {
		if err := to.Send(&paperv1.SizesResponse{Value: size}); err != nil {
			return err
		}
	}
	return nil
}
""",
    "onCount": """
func (service) onCount(_ context.Context, event *pressv1.Printed, _ plures.Envelope) error {
	if printed[event.Size] == 0 {
		// An attempt that fails: the event comes again.
		printed[event.Size] = -1
		return connect.NewError(connect.CodeUnavailable, "out of ink")
	}
	printed[event.Size] = event.Sheets
	return nil
}
""",
}
