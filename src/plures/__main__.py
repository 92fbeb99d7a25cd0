"""`python -m plures` is `plures`."""

from plures.cli import main

main()
