"""The program of one replica: `python -m plures.deploy.replica DESCRIPTOR`. Only a supervisor starts it."""

import sys

from .building import run

if __name__ == "__main__":
    sys.exit(run(int(sys.argv[1])))
