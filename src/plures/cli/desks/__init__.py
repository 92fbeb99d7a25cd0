"""What the commands share that look after rows of capabilities, as `plures events` and `plures sagas` do."""

from .columns import age_of, as_json, moment_of, print_columns, shortened
from .naming import misnamed
from .opening import Desks, open_desks
from .options import desk_options, limit_option

__all__ = [
    "Desks",
    "age_of",
    "as_json",
    "desk_options",
    "limit_option",
    "misnamed",
    "moment_of",
    "open_desks",
    "print_columns",
    "shortened",
]
