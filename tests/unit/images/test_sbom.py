"""Bills of materials and Dockerfiles: what they say, and that they say it the same way each time."""

import json
from pathlib import Path

from plures.images import Start, Steps, Wheel, dockerfile, sbom_of
from tests.building.wheels import make_wheel


def test_it_names_each_package_once_and_always_in_the_same_words(tmp_path: Path) -> None:
    wheels = [
        Wheel(make_wheel(tmp_path, "zeta", {"z.py": ""}, more="License-Expression: MIT OR Apache-2.0\n")),
        Wheel(make_wheel(tmp_path, "Alpha.Kit", {"a.py": ""}, more="License: BSD\n")),
        Wheel(make_wheel(tmp_path, "shop", {"s.py": ""})),
    ]
    said = sbom_of("shop/search", "abc", wheels, base="sha256:1", own=["shop"])
    assert said == sbom_of("shop/search", "abc", wheels[::-1], base="sha256:1", own=["shop"])
    document = json.loads(said)
    base, *packages = document["components"]
    assert base["version"] == "sha256:1"
    assert [each["purl"] for each in packages] == ["pkg:pypi/alpha-kit@1.0", "pkg:pypi/shop@1.0", "pkg:pypi/zeta@1.0"]
    assert [each.get("licenses") for each in packages] == [
        [{"license": {"name": "BSD"}}],
        None,
        [{"expression": "MIT OR Apache-2.0"}],
    ]
    assert ["hashes" in each for each in packages] == [True, False, True]
    assert document["dependencies"][0]["dependsOn"] == [each["bom-ref"] for each in document["components"]]
    assert (
        document["serialNumber"] != json.loads(sbom_of("shop/search", "abd", wheels, base="sha256:1"))["serialNumber"]
    )


def test_a_dockerfile_quotes_what_it_says() -> None:
    start = Start(
        ["python3", "-m", "plures"],
        ["--topology", "sale"],
        {"A": 'one "two" $three'},
        "1:1",
        "/app",
        ["/data"],
        ["8000/tcp"],
    )
    text = dockerfile(Steps("python@sha256:1", "lock.txt", "/app/packages", ["."], ["shop"]), start, {"a.b": "ü"})
    lines = text.splitlines()
    assert lines[0] == "FROM python@sha256:1"
    assert 'ENV A="one \\"two\\" \\$three"' in lines
    assert 'LABEL a.b="ü"' in lines
    assert lines[-2:] == ['ENTRYPOINT ["python3", "-m", "plures"]', 'CMD ["--topology", "sale"]']
    assert (
        lines.index("COPY lock.txt /tmp/lock.txt")
        < lines.index("COPY . /tmp/project0")
        < lines.index("COPY shop /app/shop")
    )
