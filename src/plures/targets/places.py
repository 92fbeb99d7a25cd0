"""Where things are in the images that `plures build` makes, and who uses them."""

from typing import Final

HOME: Final = "/app"
"""Folder of plures.toml and the code, where processes start."""

PACKAGES: Final = "/app/packages"
DATA: Final = "/data"
"""What processes write: embedded databases, and what they keep of requests."""

USER: Final = 65_532
"""The user that many bases call nonroot. As a number, since engines must see that it is not root."""

PUBLIC_PORT: Final = 8000
CONTROL_PORT: Final = 8001
