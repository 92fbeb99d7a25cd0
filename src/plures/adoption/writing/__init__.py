"""The patch: new files, and those of callers written anew."""

from .callers import Rewritten, rewrite
from .modules import DEADLINE_S, application_text, capability_line, contract_text, service_text, toml_text
from .naming import Named, application_name, free_path, name_all
from .patch import Change, counted, patch_of

__all__ = [
    "DEADLINE_S",
    "Change",
    "Named",
    "Rewritten",
    "application_name",
    "application_text",
    "capability_line",
    "contract_text",
    "counted",
    "free_path",
    "name_all",
    "patch_of",
    "rewrite",
    "service_text",
    "toml_text",
]
