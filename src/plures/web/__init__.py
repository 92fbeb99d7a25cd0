"""Layer 4: what protects the visitors of an edge, for any ASGI framework: headers that browsers obey, forms of other sites refused.

It knows nothing of calls. An application puts the two classes around its edge, as it does with any ASGI middleware.
"""

from .cross_origin import CrossOriginProtection
from .security_headers import SecurityHeaders

__all__ = ["CrossOriginProtection", "SecurityHeaders"]
