import sys
from pathlib import Path

# The tests here use the application of the placement suite: it has an operation for every kind of trouble.
sys.path.insert(0, str(Path(__file__).parents[2] / "placement"))
