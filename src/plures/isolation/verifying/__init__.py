"""Compares what was computed with what is seen when processes are really killed, and really stopped."""

from .asking import Request
from .killing import Signal, Verified, VerifyOptions, verify
from .listed import BadRequests, requests_from
from .verdict import Verdict

__all__ = ["BadRequests", "Request", "Signal", "Verdict", "Verified", "VerifyOptions", "requests_from", "verify"]
