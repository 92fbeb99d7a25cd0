"""`plures contract check OLD NEW`: two OpenAPI documents, as people, programs and code hosts see what changed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]


@pytest.fixture
def documents(tmp_path: Path) -> tuple[str, str]:
    def write(name: str, schema: dict[str, Any]) -> str:
        answer = {"description": "It", "content": {"application/json": {"schema": schema}}}
        paths = {"/pets": {"get": {"responses": {"200": answer}}}}
        (tmp_path / name).write_text(
            json.dumps({"openapi": "3.1.0", "info": {"title": "Pets", "version": "1.0.0"}, "paths": paths})
        )
        return str(tmp_path / name)

    return write("old.json", {"type": "string"}), write("new.json", {"type": "integer"})


def test_a_change_that_breaks_callers_fails_with_what_to_do(plures: Run, documents: tuple[str, str]) -> None:
    result = plures("contract", "check", *documents)
    assert result.exit_code == 1
    assert f"Pets  {documents[1]}  needs 2.0.0, and has 1.0.0 still" in result.output
    assert (
        "breaks  GET /pets 200 application/json.body is integer, and was string  [compat.type_changed]" in result.output
    )
    assert f"failed: 1 OpenAPI document against {documents[0]}: 1 change breaks callers" in result.output


def test_what_did_not_change_passes(plures: Run, documents: tuple[str, str]) -> None:
    result = plures("contract", "check", documents[0], documents[0])
    assert (result.exit_code, result.output.partition("  ")[0]) == (0, "ok")


def test_programs_and_code_hosts_read_the_same(plures: Run, documents: tuple[str, str]) -> None:
    data = json.loads(plures("contract", "check", "--json", *documents).output)
    assert [each["rule"] for each in data["contracts"][0]["changes"]] == ["compat.type_changed"]
    assert data["passes"] is False
    sarif = json.loads(plures("contract", "check", "--format", "sarif", *documents).output)
    place = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == Path(documents[1]).as_posix()
    assert "**breaks**" in plures("contract", "check", "--format", "markdown", *documents).output


def test_one_document_alone_is_a_mistake(plures: Run, documents: tuple[str, str]) -> None:
    result = plures("contract", "check", documents[0])
    assert result.exit_code == 2
    assert "OLD and NEW" in result.stderr


def test_a_document_of_another_kind_is_refused_without_a_traceback(plures: Run, documents: tuple[str, str]) -> None:
    Path(documents[1]).write_text('{"swagger": "2.0"}')
    result = plures("contract", "check", *documents)
    assert result.exit_code == 2
    assert "Swagger 2.0" in result.stderr
