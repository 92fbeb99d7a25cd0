"""SQLAlchemy's own engine on a capability's database, for services whose code blocks. Processes that have none never import SQLAlchemy here."""

from .errors import EngineBusy, EngineDriverMissing, EngineInLoop
from .opening import open_engine, sessions_of

__all__ = ["EngineBusy", "EngineDriverMissing", "EngineInLoop", "open_engine", "sessions_of"]
