"""One process of services under a supervisor: ``python -m plures.rescue FILE TOPOLOGY PROCESS``."""

import sys
from pathlib import Path

from plures.errors import PluresError
from plures.topology import parse

from .serving import log_by_service, placed_services, run_child


def main(file: str, topology: str, process: str) -> int:
    """Run it; what stops it from starting is said in one sentence each."""
    try:
        settings = parse(Path(file))
        # The supervisor writes the name of the process before each line of text.
        log_by_service(settings.logs, process if settings.logs.format == "json" else "")
        return run_child(placed_services(settings, topology), process, _say)
    except PluresError as error:
        _say(str(error))
        return 2


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
