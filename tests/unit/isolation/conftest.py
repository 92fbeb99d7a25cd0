import sys
from pathlib import Path

# The application that is read is imported by name: its sources are looked for, and its package tells what is its own.
sys.path.insert(0, str(Path(__file__).parent))
