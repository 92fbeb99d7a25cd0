"""The capabilities that are in a replica: built, started, held, let go.

services     builds them, with their databases and what their constructors ask for: `Services`
opened       one that is in a context manager
lifecycles   runs their hooks and the work beside calls: `Lifecycles`
background   that work
residents    lets them come and go while the replica runs: `Residents`
"""

from .errors import StillBusy
from .lifecycles import Lifecycles
from .residents import Residents
from .services import Services

__all__ = ["Lifecycles", "Residents", "Services", "StillBusy"]
