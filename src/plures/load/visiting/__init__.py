"""What a journey holds: a visitor with cookies, who asks for pages and calls operations. Each of that is a step, and is counted."""

from .answer import Answer
from .contracts import ContractCalls
from .steps import CheckFailed, StepFailed, Steps
from .target import NotConnected, Target
from .visitor import Reach, Visitor
from .web import Web

__all__ = [
    "Answer",
    "CheckFailed",
    "ContractCalls",
    "NotConnected",
    "Reach",
    "StepFailed",
    "Steps",
    "Target",
    "Visitor",
    "Web",
]
