"""How what runs changes.

It becomes another topology: `changing` says in which steps, `applying` takes them. Its replicas are replaced (`restarting`), by those of the
code on disk (`rolling`, which `rehearsing` looks at first), or become more or fewer (`scaling`). `showing` tells how it stands.
"""

from .applying import Applied
from .restarting import restart
from .rolling import roll_out
from .scaling import check_numbers, scale
from .showing import shown

__all__ = ["Applied", "check_numbers", "restart", "roll_out", "scale", "shown"]
