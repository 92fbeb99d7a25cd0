"""`plures`, and `python -m plures`: the command line, where its packages are installed."""

import sys

from plures.extras import ExtraMissing, require

_MISTAKE = 2


def main() -> None:
    """Run the command line. Without its packages, say which are missing, on standard error."""
    try:
        require("cli", "run the command `plures`")
    except ExtraMissing as missing:
        # What paints errors is one of the packages.
        told = f"error: {missing.what}  [{missing.code}]\n  why: {missing.why}\n  fix: {missing.fix}\n"
        sys.stderr.write(told)
        sys.exit(_MISTAKE)
    from plures.cli import main as run

    run()


if __name__ == "__main__":
    main()
