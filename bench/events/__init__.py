"""Events beside an outbox that is written by hand."""
