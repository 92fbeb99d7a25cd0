"""Layer 3: placement as pure data: which process hosts which capability. Starts nothing, and knows no contract classes."""

from .access import EVERYTHING, OutsideCaller, Right, Secret, read_right
from .broker import Broker, PlacedBroker, is_broker_url
from .calls import Call, EventFlow, Plan, calls_between, event_flows, make_plan, process_needs, start_order
from .check import check
from .facts import ApplicationFacts, CapabilityFacts
from .images import BaseName, ImageSettings, ProcessImage, parse_base, parse_platform
from .model import Address, Process, Replicas, Settings, Topology, UnknownTopology, monolith
from .parse import parse
from .policies import Figures, Policies
from .resolved import ResolvedProcess, ResolvedTopology, alone
from .services import Service
from .storage import (
    EMBEDDED,
    SQLITE,
    DatabaseServer,
    PlacedDatabase,
    Storage,
    UnknownDatabase,
    filled,
    has_literal_secret,
    is_server_url,
    variables_in,
)
from .summary import ProcessSummary, TopologySummary, summarise
from .telemetry import Drawn, PlacedTelemetry, TelemetrySettings
from .tls import PUBLIC, TRUSTED, PlacedTls, Tls

__all__ = [
    "EMBEDDED",
    "EVERYTHING",
    "PUBLIC",
    "SQLITE",
    "TRUSTED",
    "Address",
    "ApplicationFacts",
    "BaseName",
    "Broker",
    "Call",
    "CapabilityFacts",
    "DatabaseServer",
    "Drawn",
    "EventFlow",
    "Figures",
    "ImageSettings",
    "OutsideCaller",
    "PlacedBroker",
    "PlacedDatabase",
    "PlacedTelemetry",
    "PlacedTls",
    "Plan",
    "Policies",
    "Process",
    "ProcessImage",
    "ProcessSummary",
    "Replicas",
    "ResolvedProcess",
    "ResolvedTopology",
    "Right",
    "Secret",
    "Service",
    "Settings",
    "Storage",
    "TelemetrySettings",
    "Tls",
    "Topology",
    "TopologySummary",
    "UnknownDatabase",
    "UnknownTopology",
    "alone",
    "calls_between",
    "check",
    "event_flows",
    "filled",
    "has_literal_secret",
    "is_broker_url",
    "is_server_url",
    "make_plan",
    "monolith",
    "parse",
    "parse_base",
    "parse_platform",
    "process_needs",
    "read_right",
    "start_order",
    "summarise",
    "variables_in",
]
