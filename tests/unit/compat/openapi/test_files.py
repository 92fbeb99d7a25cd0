"""Files that are wrong, large, in pieces or in another encoding: what is said of them."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from plures.compat import DocumentUnread
from plures.errors import InvalidInput

from .documents import TODAY, answer, api, body, report, rules_of

YAML = """\
openapi: 3.0.3
info: {title: Pets, version: 1.0.0}
paths:
  /pets:
    get:
      responses:
        200:
          description: Fine
          content:
            application/json:
              schema: {type: string, enum: [no, yes, 2020-01-01]}
"""


def refused(folder: Path, text: str) -> str:
    """Why a file is not read."""
    with pytest.raises(DocumentUnread) as caught:
        report(folder, api(), text)
    return caught.value.why


def wrong(folder: Path, document: Any) -> list[str]:
    """The rules that a document breaks."""
    with pytest.raises(InvalidInput) as caught:
        report(folder, api(), document)
    return [each.code for each in caught.value.violations]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "line 1"),
        ("a: [", "it is no YAML"),
        ("", "it is empty"),
        ("- a", "no table"),
        ("a: 1\na: 2", "line 2: 'a' stands twice"),
        ('{"a": 1, "a": 2}', "'a' stands twice"),
        ("? [a]\n: 1", "a key is no text"),
        ("--- {a: 1}\n--- {a: 1}", "2 documents"),
        ("a: &a [*a]", "stands within itself"),
        ("swagger: '2.0'", "Swagger 2.0"),
        ("openapi: 4.0.0", "OpenAPI 4.0.0"),
        ("title: x", "no field openapi"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_document_is_said_with_its_place(text: str, why: str, tmp_path: Path) -> None:
    assert why in refused(tmp_path, text)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    from plures.compat import check_documents

    with pytest.raises(DocumentUnread, match="No such file"):
        check_documents(tmp_path / "old.yaml", tmp_path / "new.yaml", today=TODAY)


def test_anchors_that_repeat_themselves_are_refused(tmp_path: Path) -> None:
    lines = ["openapi: 3.1.0", "x-a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"x-a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "its anchors repeat" in refused(tmp_path, "\n".join(lines))


def test_yaml_without_its_library_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(DocumentUnread, match="pip install pyyaml"):
        report(tmp_path, api(), YAML)


def test_yaml_and_json_say_the_same(tmp_path: Path) -> None:
    schema = {"type": "string", "enum": ["no", "yes", "2020-01-01"]}
    as_json = api(answer(schema), path="/pets", method="get", version="3.0.3")
    found = report(tmp_path, YAML, as_json)
    assert (found.passes, rules_of(found)) == (True, [])


def test_anchors_and_merged_tables_are_read(tmp_path: Path) -> None:
    text = YAML.replace("schema: {", "schema: &s {") + "        2XX:\n          <<: *more\n"
    text = text.replace("paths:", "x-more: &more {description: More}\npaths:")
    assert rules_of(report(tmp_path, text, text)) == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_marks_of_encodings_are_known(encoding: str, tmp_path: Path) -> None:
    from plures.compat import check_documents

    old, new = tmp_path / "old.yaml", tmp_path / "new.json"
    old.write_bytes(YAML.encode(encoding))
    new.write_bytes(YAML.encode())
    assert check_documents(old, new, today=TODAY).passes


def test_another_encoding_is_said(tmp_path: Path) -> None:
    from plures.compat import check_documents

    for name in ("old", "new"):
        (tmp_path / name).write_bytes("openapi: 3.1.0 # für".encode("latin-1"))
    with pytest.raises(DocumentUnread, match="no UTF-8"):
        check_documents(tmp_path / "old", tmp_path / "new", today=TODAY)


def test_all_references_that_lead_nowhere_are_told_at_once(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {n: {"$ref": r} for n, r in {
        "a": "#/components/schemas/None", "b": "https://example.com/x.yaml#/A", "c": "missing.yaml#/A", "d": "#anchor",
    }.items()}}  # fmt: skip
    codes = wrong(tmp_path, api(body(schema)))
    assert sorted(codes) == [
        "openapi.no_such_target", "openapi.no_such_target", "openapi.remote_target", "openapi.unread_target",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "schemas",
    [
        {"A": {"$ref": "#/components/schemas/A"}},
        {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}},
        {"A": {"allOf": [{"$ref": "#/components/schemas/A"}]}},
        {"A": {"allOf": [{"$ref": "#/components/schemas/B"}, {"type": "object"}]}, "B": {"allOf": [{"$ref": "#/components/schemas/A"}, {"type": "object"}]}},
    ],
)  # fmt: skip
def test_schemas_that_are_made_of_themselves_are_told(schemas: Any, tmp_path: Path) -> None:
    document = api(body({"$ref": "#/components/schemas/A"}), components={"schemas": schemas})
    assert set(wrong(tmp_path, document)) == {"openapi.circle"}


def family(**more: Any) -> dict[str, Any]:
    """A pet is a cat or a dog, and each of these is `allOf` a pet: many documents are written so."""
    children = {
        name: {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "object", "properties": {name: {"type": "string"}}}]}
        for name in ("Cat", "Dog")
    }  # fmt: skip
    members = [{"$ref": f"#/components/schemas/{name}"} for name in children]
    pet = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}, "oneOf": members}
    schemas = {"Pet": pet | {"discriminator": {"propertyName": "kind"}}, **children, **more}
    return api(answer({"$ref": "#/components/schemas/Pet"}), components={"schemas": schemas})


def test_members_of_a_union_that_take_over_what_it_asks_are_read_once(tmp_path: Path) -> None:
    assert rules_of(report(tmp_path, family(), family())) == []
    thing = {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"properties": {"Cat": {"type": "integer"}}}]}
    [said] = rules_of(report(tmp_path, family(), family(Cat=thing)))
    assert "ERROR compat.type_changed Cat.Cat is integer, and was string" in said


def heirs(**more: Any) -> dict[str, Any]:
    """A pet has a tag, and whoever is `allOf` a pet is one: nothing lists them."""
    document = family(**more)
    del document["components"]["schemas"]["Pet"]["oneOf"]
    return document


def test_heirs_of_a_schema_with_a_tag_are_what_it_may_be(tmp_path: Path) -> None:
    assert rules_of(report(tmp_path, heirs(), heirs())) == []
    assert rules_of(report(tmp_path, heirs(), family())) == []
    thing = {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"properties": {"Cat": {"type": "integer"}}}]}
    [said] = rules_of(report(tmp_path, heirs(), heirs(Cat=thing)))
    assert "ERROR compat.type_changed Cat.Cat is integer, and was string" in said
    kitten = {"allOf": [{"$ref": "#/components/schemas/Cat"}, {"properties": {"age": {"type": "integer"}}}]}
    [said] = rules_of(report(tmp_path, heirs(), heirs(Kitten=kitten)))
    assert "compat.variant_added" in said
    [said] = rules_of(report(tmp_path, heirs(Kitten=kitten), heirs()))
    assert "OK compat.variant_removed" in said


def test_what_nests_too_deeply_is_refused(tmp_path: Path) -> None:
    schemas = {f"A{n}": {"allOf": [{"$ref": f"#/components/schemas/A{n + 1}"}]} for n in range(2000)}
    deep = api(
        body({"$ref": "#/components/schemas/A0"}), components={"schemas": schemas | {"A2000": {"type": "string"}}}
    )
    with pytest.raises(DocumentUnread, match="nest too deeply"):
        report(tmp_path, deep, deep)


def test_two_paths_that_differ_in_names_alone_are_two(tmp_path: Path) -> None:
    paths: Any = {"/a/{b}": {"get": {"responses": {}}}, "/a/{c}": {"get": {"responses": {}}}}
    assert rules_of(report(tmp_path, api(paths=paths), api(paths=paths))) == []
    gone = report(tmp_path, api(paths=paths), api(paths={"/a/{b}": paths["/a/{b}"]}))
    assert [c.where for each in gone.contracts for c in each.changes] == ["GET /a/{c}"]


def test_a_document_in_several_files_is_one(tmp_path: Path) -> None:
    inner = {"Pet": {"type": "object", "properties": {"next": {"$ref": "#/Pet"}, "tag": {"$ref": "tags/tag.json"}}}}
    (tmp_path / "pets.json").write_text(json.dumps(inner), encoding="utf-8")
    (tmp_path / "tags").mkdir()
    (tmp_path / "tags" / "tag.json").write_text('{"$ref": "../old.json#/components/schemas/Tag"}', encoding="utf-8")
    spread = api(body({"$ref": "pets.json#/Pet"}), components={"schemas": {"Tag": {"type": "string"}}})
    local = {"Tag": {"type": "string"}, "Pet": {"type": "object", "properties": {
        "next": {"$ref": "#/components/schemas/Pet"}, "tag": {"type": "integer"}}}}  # fmt: skip
    whole = api(body({"$ref": "#/components/schemas/Pet"}), components={"schemas": local})
    assert rules_of(report(tmp_path, spread, whole)) == ["ERROR compat.type_changed Pet.tag is integer, and was string"]


def test_a_large_document_with_long_ways_is_compared(tmp_path: Path) -> None:
    count = 3000
    schemas: Any = {
        f"M{n}": {"type": "object", "properties": {
            "next": {"$ref": f"#/components/schemas/M{(n + 1) % count}"}, "text": {"type": "string", "description": "x" * 200},
        }} for n in range(count)
    }  # fmt: skip
    old = api(answer({"$ref": "#/components/schemas/M0"}), components={"schemas": schemas})
    last = schemas[f"M{count - 1}"]["properties"] | {"text": {"type": "integer"}}
    new = old | {"components": {"schemas": schemas | {f"M{count - 1}": {"type": "object", "properties": last}}}}
    assert len(rules_of(report(tmp_path, old, new))) == 1


@pytest.mark.parametrize("junk", [None, 1, "x", [], {"get": 1}, {"get": {"parameters": 3, "responses": []}}])
def test_what_has_another_form_than_it_should_ends_in_no_traceback(junk: Any, tmp_path: Path) -> None:
    assert report(tmp_path, api(paths={"/a": junk}), api(paths={"/a": junk})).passes


def test_the_version_that_is_needed_is_told(tmp_path: Path) -> None:
    found = report(tmp_path, api(), api() | {"paths": {}})
    assert [each.needs for each in found.contracts] == ["2.0.0, and has 1.0.0 still"]
    grown = api(info={"title": "Pets", "version": "2.0.0"}) | {"paths": {}}
    assert [each.needs for each in report(tmp_path, api(), grown).contracts] == ["2.0.0, and has 2.0.0"]
