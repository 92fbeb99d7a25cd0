"""What plures.toml says of telemetry."""

from .parse_telemetry import parse_telemetry
from .values import Drawn, PlacedTelemetry, TelemetrySettings

__all__ = ["Drawn", "PlacedTelemetry", "TelemetrySettings", "parse_telemetry"]
