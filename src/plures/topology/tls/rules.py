"""The rules that `[tls]` of plures.toml must keep, as data."""

from plures.errors import Rule

FILES = Rule(
    "topology.tls_files",
    "names {named} without {missing}",
    "Name certificate, key and trust together, or none of them to use the own authority.",
)
FILES_AND_AUTHORITY = Rule(
    "topology.tls_files",
    "stands beside certificate, key and trust, which come from another authority",
    "Keep it for certificates of the own authority; leave it out beside files.",
)
HOURS = Rule("topology.tls_hours", "lets certificates live for {hours} hours", "Write 1 to 720 hours; 24 is usual.")
PEER = Rule(
    "topology.tls_peer",
    "{text!r} names no peer",
    'Write a SPIFFE name such as {example}, or "public" where the host name counts.',
)
PEER_ALONE = Rule(
    "topology.tls_peer",
    "names whom a certificate must name, and nothing says by which authorities",
    "Begin a table [tls] with the authorities to trust, or leave it out.",
)
PEER_PLAIN = Rule(
    "topology.tls_peer",
    "names whom a certificate must name, and there is no https:// in external",
    'Write external = "https://…" beside it, or leave it out.',
)
