"""What a command is told of where its spans go."""

from pathlib import Path

import pytest

from plures.access import Access
from plures.deploy.supervisor.children.variables import Told
from plures.topology import parse

AT, TOKEN = "http://127.0.0.1:9000", "told"


def told(tmp_path: Path, environment: dict[str, str], *, at: str = AT, enabled: bool = True) -> dict[str, str]:
    parsed = parse(
        f"[telemetry]\nenabled = {str(enabled).lower()}\n[application]\nimport = 'shop:app'\ndata = '{tmp_path}'\n"
    )
    access = Access(teller=TOKEN)
    variables = Told(("127.0.0.1", 1), {}, access, (), parsed, at).variables("mail.2", 10, environment)
    return {name: value for name, value in variables.items() if "TELEMETRY" in name or name.startswith("OTEL_")}


def test_kits_and_sdks_are_told_where_traces_are_kept(tmp_path: Path) -> None:
    assert told(tmp_path, {"OTEL_SERVICE_NAME": "letters"}) == {
        "PLURES_TELEMETRY_URL": AT,
        "PLURES_TELEMETRY_TOKEN": TOKEN,
        "OTEL_RESOURCE_ATTRIBUTES": "service.instance.id=mail.2",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{AT}/v1/traces",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS": f"authorization=Bearer%20{TOKEN}",
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf",
    }


@pytest.mark.parametrize(
    "name",
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER", "OTEL_SDK_DISABLED"],
)
def test_where_users_have_said_where_spans_go_no_token_goes_there(tmp_path: Path, name: str) -> None:
    assert told(tmp_path, {name: "https://collector.example"}) == {
        "PLURES_TELEMETRY_URL": AT,
        "PLURES_TELEMETRY_TOKEN": TOKEN,
    }


def test_nothing_is_told_where_nothing_takes_spans(tmp_path: Path) -> None:
    assert told(tmp_path, {}, at="") == {}
    assert told(tmp_path, {}, enabled=False) == {}
