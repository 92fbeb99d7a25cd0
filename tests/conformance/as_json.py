"""The referee's suites of raw answers and requests, which it has for protobuf only, for JSON: `python -m tests.conformance.as_json SUITES INTO`."""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

SUITES = (
    "client_unexpected",
    "connect_client_error_endstream",
    "connect_client_unexpected",
    "connect_server_unexpected",
)
# What means one codec in the suite means the other one in ours.
SWAPPED = {
    "application/connect+proto": "application/connect+json",
    "application/connect+json": "application/connect+proto",
}
UNARY = {"application/proto": "application/json", "application/json": "application/proto"}
# An empty message, then three bytes of a prefix.
CUT_PREFIX = ("AAAAAAAAAAA=", "AAAAAAJ7fQAAAA==")


def main(suites: Path, into: Path) -> None:
    into.mkdir(parents=True, exist_ok=True)
    for name in SUITES:
        suite = yaml.safe_load((suites / f"{name}.yaml").read_text())
        suite["relevantCodecs"] = ["CODEC_JSON"]
        for case in suite["testCases"]:
            if own := case["request"].get("rawRequest"):
                _swap(own, is_error=False)
            for message in case["request"].get("requestMessages", []):
                definition = message.get("responseDefinition") or {}
                raw = definition.get("rawResponse") or definition.get("raw_response")
                if raw:
                    _swap(raw, is_error=raw.get("statusCode", raw.get("status_code", 200)) != 200)
        (into / f"{name}.yaml").write_text(yaml.safe_dump(suite, sort_keys=False))


def _swap(raw: dict[str, Any], *, is_error: bool) -> None:
    for header in raw.get("headers", []):
        if header["name"].lower() == "content-type":
            # Errors of unary calls are JSON with every codec.
            swapped = SWAPPED if is_error and header["value"] == ["application/json"] else SWAPPED | UNARY
            header["value"] = [swapped.get(value, value) for value in header["value"]]
    items = [item["payload"] for item in raw.get("stream", {}).get("items", []) if "payload" in item]
    for contents in [*items, *([raw["unary"]] if raw.get("unary") else [])]:
        message = contents.pop("binary_message", contents.pop("binaryMessage", None))
        if message is not None:
            contents["text"] = json.dumps({name: value for name, value in message.items() if name != "@type"})
        if contents.get("binary") == CUT_PREFIX[0]:
            contents["binary"] = CUT_PREFIX[1]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
