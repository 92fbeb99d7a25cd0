"""docs/reference/toml.md: every key of plures.toml, from the data that the parser reads by."""

from collections.abc import Iterator
from typing import Any, Final

from plures.topology.key import Figure, Key
from plures.topology.keys import FILE

from .markdown import NOTE, plain

HEAD: Final = f"""\
{NOTE}
# plures.toml

The file says which application runs, where it listens, and which process hosts which capability. Names in capitals are yours to
choose. `plures topology check` reports everything that is wrong with the file, with the place and what to write instead; the rules are
among the [errors](errors.md#topology).

A file may be as short as this:

```toml
[application]
import = "shop.app:app"
```

This one uses every key, but for those of another authority:

```toml
[application]
import = "shop.app:app"
data = "var/data"
database = "main"
preload = true

[databases.main]
url = "${{SHOP_DATABASE_URL}}"
most_connections = 200
passwords = "/run/secrets/roles"

[databases.history]
url_file = "/run/secrets/history"

[capabilities.orders]
database = "history"

[capabilities.search]
settings = {{ language = "en", key = "${{SEARCH_KEY}}" }}
policy = {{ heartbeat_s = 3, most_at_once = 50 }}

[policy]
retry_budget = 0.2
attempts = 2
failures_in_a_row = 10
queue_s = 0.5
least_at_once = 8
pack_bytes = 4096
binary = true

[edge]
deadline_s = 20
threads = 80

[listen]
public = "0.0.0.0:80"
control = "127.0.0.1:9000"
public_names = ["shop.example"]
names = ["shop.internal"]

[tls]
authority = "/srv/shop/tls"
hours = 8

[events]
transport = "nats"
url = "${{SHOP_NATS_URL}}"
replicas = 3
name = "shop-live"

[teams]
discovery = "@shop/discovery"

[access.callers.reports]
may_call = ["orders", "search/Find"]
token = "${{REPORTS_TOKEN}}"

[access.callers.audit]
may_call = ["*"]
token_file = "/run/secrets/audit"

[access.callers.website]
may_call = ["search/Find"]
origins = ["https://shop.example"]

[logging]
format = "json"
level = "warning"
levels = {{ "sqlalchemy.engine" = "debug" }}
blocked_loop_s = 1

[telemetry]
enabled = true
share = 0.5
per_s = 20
operations = {{ "search/Find" = {{ share = 0.01, per_s = 1 }} }}
mib = 1024
hours = 168

[build]
base = "docker.io/library/python:3.11-slim-bookworm@sha256:{"0" * 64}"
lock = "requirements/run.txt"
projects = ["."]
files = ["shop"]
exclude = ["*/tests/*"]
packages = ["psycopg"]
environment = {{ SHOP_DATA = "/data" }}
platform = "linux/arm64"
python = "3.12"
name = "registry.example/shop"

[build.processes.mail]
command = "make mail"
files = ["mail/dist"]
base = "oci:bases/node"

[topology.monolith]
main = {{ capabilities = ["*"] }}

[topology.sale]
search = {{ capabilities = ["search"], replicas = {{ min = 2, max = 4, cpu = 0.6, in_flight = 20, cool_down_s = 300 }} }}
tax = {{ capabilities = ["tax"], external = "https://tax.example", peer = "public", token = "${{TAX_TOKEN}}" }}
mail = {{ capabilities = ["mail"], command = "node mail/main.js", may_call = ["orders/Get"] }}
shop = {{ capabilities = ["*"], edge = true, environment = {{ LOG = "debug" }} }}
```

Existing services that run as they are, beside an application or without one ([how](../guides/rescue.md)):

```toml
[application]
import = "shop.app:app"
addresses = ["http://payments:8000"]
trials = "shop.trials:trials"

[services.orders]
app = "app.main:app"
folder = "services/orders"
addresses = ["http://orders:8000"]
environment = {{ STOCK_URL = "http://stock:8000" }}
environment_file = "services/orders/.env"
public = "127.0.0.1:8080"

[services.reports]
app = "reports.web:create_app()"
folder = "services/reports"
thread = true
accept = ["rescue.signal_handler"]

[topology.monolith]
main = {{ capabilities = ["*"], services = ["*"] }}

[topology.sale]
reports = {{ services = ["reports"] }}
orders = {{ services = ["*"] }}
shop = {{ capabilities = ["*"] }}
```

With certificates of another authority, `[tls]` names its files:

```toml
[application]
import = "shop.app:app"

[tls]
certificate = "/run/tls/tls.crt"
key = "/run/tls/tls.key"
trust = "/run/tls/ca.crt"
```
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_table(title, key) for title, key in tables(FILE) if key is not FILE)


def tables(key: Key[Any], path: str = "") -> Iterator[tuple[str, Key[Any]]]:
    """Every key whose value may be a table, with the way to it."""
    if key.below:
        yield path, key
    for below in key.below:
        yield from tables(below, f"{path}.{below.name}" if path else below.name)


def _table(path: str, key: Key[Any]) -> str:
    rows = [_row(below) for below in key.below]
    head = ["| key | value | default | meaning | for example |", "|---|---|---|---|---|"]
    return "\n".join([f"\n## `{path}`\n", f"{plain(key.meaning)}\n", *head, *rows, ""])


def _row(key: Key[Any]) -> str:
    holds = f"{key.holds}, {key.allowed}" if isinstance(key, Figure) else key.holds
    return f"| `{key.name}` | {holds} | {_default(key)} | {_meaning(key)} | `{key.example}` |"


def _default(key: Key[Any]) -> str:
    if key.is_required:
        return "none: must be there"
    return f"`{str(key.default).lower() if isinstance(key.default, bool) else key.default}`" if key.default else ""


def _meaning(key: Key[Any]) -> str:
    # What stands between backticks stays as it is.
    parts = key.meaning.split("`")
    return "`".join(part if position % 2 else plain(part) for position, part in enumerate(parts))
