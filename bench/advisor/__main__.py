"""Run the backtest: `python -m bench.advisor --repositories FOLDER --role tuning` (or "held out"); writes results-<role>.json."""

import argparse
import json
from pathlib import Path

from .backtest import run
from .document import render
from .registered import cases


def main() -> None:
    """Parse, run, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--repositories", type=Path, help="folder with a clone of each: owner/name, owner+name or owner+name/repo"
    )
    parser.add_argument("--role", default="tuning", choices=["tuning", "held out"])
    parser.add_argument("--document", type=Path, help="only write the document from all results there are")
    given = parser.parse_args()
    here = Path(__file__).parent
    if given.document:
        found = [json.loads(file.read_text()) for file in sorted(here.glob("results-*.json"), reverse=True)]
        given.document.write_text(render(found), encoding="utf-8")
        return
    if given.repositories is None:
        parser.error("--repositories is needed to run")
    results = run([case for case in cases() if given.role in case.role], given.repositories, given.role)
    name = f"results-{given.role.replace(' ', '-')}.json"
    (here / name).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


main()
