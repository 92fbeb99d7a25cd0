"""`plures ps`, `restart`, `rollout`, `scale`, `stop` and `topology apply`: what runs is looked at, and told what to do.

`choosing` finds the run that is meant, `ordering` gives it an order and prints what it says.
"""
