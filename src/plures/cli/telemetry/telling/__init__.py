"""How all of these commands write texts, times and tables."""

from .figures import figure, lasting, moment, percent
from .tables import Column, lines_of, print_table, room
from .texts import cells_of, fitted, one_line, several_lines

__all__ = [
    "Column",
    "cells_of",
    "figure",
    "fitted",
    "lasting",
    "lines_of",
    "moment",
    "one_line",
    "percent",
    "print_table",
    "room",
    "several_lines",
]
