"""OpenTelemetry: spans of calls are spans of its SDK, so that those of user code are nested in them, and leave as its variables say.

How it goes together
--------------------
`OtelBridge` is told of each call. In a trace that is kept from its beginning it makes a real span and lets it be the current one; in any other, one
span that records nothing is current for a whole request, so that samplers which follow their parent drop what user code makes in it. What is kept
late (it failed, or was slow) is made into spans when it is written: `OtelBridge.write`.

`open_otel` finds the provider of user code, or makes one where variables of the environment ask for it. Nothing else imports this package: it needs
the extra `plures[telemetry]`.
"""

from .bridge import OtelBridge
from .opening import Instance, Otel, open_lines, open_metrics, open_otel

__all__ = ["Instance", "Otel", "OtelBridge", "open_lines", "open_metrics", "open_otel"]
