"""Tables of the application's own database become a capability's own, with their rows, and go back.

`breaks` says what would not survive it, `outside` opens and locks what is not ours, `adoption` and `back` move the rows.
Source: docs/adr/0035-data-as-it-is.md
"""

from .adoption import adopt
from .back import take_back
from .breaks import Break
from .ends import Adopted, Outside
from .errors import CannotAdopt

__all__ = ["Adopted", "Break", "CannotAdopt", "Outside", "adopt", "take_back"]
