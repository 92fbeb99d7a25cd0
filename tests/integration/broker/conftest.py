import sys
from pathlib import Path

# The processes that tests start import the application by name, as those of a user would.
sys.path.insert(0, str(Path(__file__).parent))
