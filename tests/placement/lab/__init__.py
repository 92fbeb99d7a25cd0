"""The application of the placement suite: every operation that its tests need, and nothing else."""

from plures import Application, Capability

from .cautious import Cautious, CautiousService
from .echo import Circle, Colour, Echo, EchoService, Empty, Everything, Point, Sku, Square, Tree
from .marks import Clock, Freshness, Grade, Locale, Marks, MarksService, Missing, Reads, ReadsService, Totals
from .news import HEARD, ISSUES, Press, PressService, Reader, ReaderService
from .parcels import FEW, MANY, Parcels, ParcelsService, Torn
from .relay import Relay, RelayService
from .shelf import RUNS, Closed, Full, Put, Shelf, ShelfService
from .somebody import Porter, PorterService, Somebody, Stranger, Who, WhoService
from .trouble import Gone, Refused, Trouble, TroubleService

__all__ = [
    "FEW",
    "MANY",
    "Cautious",
    "Circle",
    "Clock",
    "Closed",
    "Colour",
    "Echo",
    "Empty",
    "Everything",
    "Freshness",
    "Full",
    "Gone",
    "Grade",
    "Locale",
    "Marks",
    "Missing",
    "Parcels",
    "Point",
    "Porter",
    "Press",
    "Put",
    "Reader",
    "Reads",
    "Refused",
    "Relay",
    "Shelf",
    "Sku",
    "Somebody",
    "Square",
    "Stranger",
    "Torn",
    "Totals",
    "Tree",
    "Trouble",
    "Who",
    "app",
]

app = Application(
    "lab",
    [
        Capability(Relay, RelayService),
        Capability(Echo, EchoService),
        Capability(Trouble, TroubleService),
        Capability(Cautious, CautiousService),
        Capability(Shelf, ShelfService, migrations=[RUNS]),
        Capability(Press, PressService, migrations=[ISSUES]),
        Capability(Reader, ReaderService, migrations=[HEARD]),
        Capability(Who, WhoService),
        Capability(Porter, PorterService),
        Capability(Marks, MarksService),
        Capability(Reads, ReadsService),
        Capability(Parcels, ParcelsService),
    ],
    context=Somebody,
)
