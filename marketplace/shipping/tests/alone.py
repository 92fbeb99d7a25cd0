"""An application with shipping alone."""

from marketplace.shipping.capability import shipping
from plures import Application

app = Application("marketplace", [shipping])
