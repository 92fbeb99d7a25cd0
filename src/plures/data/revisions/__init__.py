"""Alembic's scripts as the migrations of a capability. Imports Alembic only where a capability has such scripts."""

from .comparing import Compared, Revision, compare
from .declared import AlembicMigrations, check_scripts
from .errors import AlembicMissing, EnvironmentUnfit, RevisionUnknown, ScriptsUnusable, SeveralHeads
from .upgrade import heads_in, pending_revisions, upgrade

__all__ = [
    "AlembicMigrations",
    "AlembicMissing",
    "Compared",
    "EnvironmentUnfit",
    "Revision",
    "RevisionUnknown",
    "ScriptsUnusable",
    "SeveralHeads",
    "check_scripts",
    "compare",
    "heads_in",
    "pending_revisions",
    "upgrade",
]
