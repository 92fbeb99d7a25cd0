"""One replica from the inside: the program that a supervisor starts."""
