import sys
from pathlib import Path

# The misbehaving application of the placement suite has an operation for everything.
sys.path.insert(0, str(Path(__file__).parents[3] / "placement"))
