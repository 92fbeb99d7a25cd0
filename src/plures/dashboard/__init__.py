"""Layer 6: what was measured, for people: the dashboard, and the same as JSON.

    assets     the files that a browser asks for
    about      what an application says of itself
    answering  answers questions: `Dashboard`
    asked      what a question says
    tracing, lines, topology, measured, sets, plans   the views, from what `plures.telemetry.Reading` reads
    figures    what was measured, added up

Vendored code of others lies in `web/vendored`, with its licences. Nothing is built: what lies in `web` is what a browser gets.
"""

from .about import About, AboutCapability
from .answering import API, Answered, Dashboard
from .assets import PAGE, POLICY, Asset, assets

__all__ = ["API", "PAGE", "POLICY", "About", "AboutCapability", "Answered", "Asset", "Dashboard", "assets"]
