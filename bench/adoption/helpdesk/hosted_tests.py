"""``hosted_tests.py PLACEMENT test …``: manage.py with those arguments, while Plures hosts the application of plures.toml beside it."""

import sys
from importlib import import_module
from pathlib import Path

from plures.testing import Where, hosted

if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    where = {"process": Where.IN_PROCESS, "wire": Where.OVER_THE_WIRE, "processes": Where.LOCAL_PROCESSES}[
        sys.argv.pop(1)
    ]
    with hosted(Path("plures.toml"), where):
        import_module("manage").main()
