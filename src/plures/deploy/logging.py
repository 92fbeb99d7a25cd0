"""The log of this process."""

import logging
import sys


def log_to_stderr() -> None:
    """Records of level INFO and above go to standard error, unless the application has set up logging already."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    # uvicorn announces each listener; we say it once, for people.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
