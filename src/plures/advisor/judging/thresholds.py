"""What convinces the advisor. Fixed before the held-out repositories were looked at: bench/advisor/registered.toml."""

INDEPENDENT = 0.45  # Independence from which a component can leave without dragging half of the codebase along.
SMALLEST_SPLIT_LINES = 300  # Less is a library, not a service of its own.
WAITING_SHARE = 0.05  # Of a component's commits: so many changed a file that another team had changed within two weeks.
WAITING_TIMES = 6  # And so many in 24 months: fewer is chance.
TEAMS = 2
ALONE_SHARE = 0.8  # Of a component's commits: so many touched nothing else.
TOGETHER_SHARE = 0.5  # Of two components' commits: so many touched both.
TOGETHER_TIMES = 10
LASTING_QUARTERS = 3  # Of the last eight: in so many both changed together.
SAME_OWNERS = 0.7  # Overlap of who changes two components.
SHARED_TABLES = 3
ENTANGLED_SHARE = 0.5  # Of all components: so many import it.
BINDING_SHARE = 0.15  # Of a component's imports from and to others: an edge with so many holds it back.
