"""All FastAPI services of the marketplace in one process, unchanged, as `plures run` runs them: ``python -m bench.shop.rescue_worker PLURES_TOML``."""

import sys
from pathlib import Path

from bench.processes import announce, die_with_parent
from plures.rescue import placed_services, run_together
from plures.topology import parse


def serve(file: Path) -> int:
    """Run until SIGTERM comes."""
    die_with_parent()
    return run_together(placed_services(parse(file), "monolith"), announce)


if __name__ == "__main__":
    sys.exit(serve(Path(sys.argv[1])))
