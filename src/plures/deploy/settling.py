"""What a process does once, when everything that stays has been made."""

import gc


def settle() -> None:
    """Take what start-up made out of the garbage collector's sight.

    Modules, contracts and services live as long as the process; looking through them again and again is wasted on a busy replica.
    """
    gc.collect()
    gc.freeze()
