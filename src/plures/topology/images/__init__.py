"""Images: what plures.toml says of how they are built."""

from .keys import BUILD
from .parse_images import parse_base, parse_images, parse_platform
from .values import BaseName, ImageSettings, ProcessImage

__all__ = ["BUILD", "BaseName", "ImageSettings", "ProcessImage", "parse_base", "parse_images", "parse_platform"]
