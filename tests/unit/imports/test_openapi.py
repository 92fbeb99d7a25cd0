"""OpenAPI documents of others as contracts: operations, types, errors, and what they say that a contract cannot."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from plures.compat import Choice, ListOf, MapOf, Named, OneOf, Scalar
from plures.errors import InvalidInput, PluresError
from plures.imports import Imported, Wanted, import_file

from .conftest import read_back

Import = Callable[..., Imported]
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def pets() -> Imported:
    return import_file(HERE / "pets.yaml", Wanted())


def test_operations_become_methods(pets: Imported, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = read_back(pets, monkeypatch)
    assert contract.service == "pet.store.v2.Store"
    operations = {
        name: (each.declaration.is_query, each.declaration.idempotent) for name, each in contract.operations.items()
    }
    assert operations == {
        "list_pets": (True, True), "add_pet": (False, False), "get_pet": (True, True), "put_pets_pet_id": (False, True),
        "delete_pet": (False, True), "from_value": (False, False), "shapes": (True, True),
    }  # fmt: skip
    assert {each.name.rpartition(".")[2]: each.python.status.value for each in contract.operations["get_pet"].errors} == {
        "NotFound": "not_found", "TooManyRequests": "resource_exhausted",
    }  # fmt: skip
    assert pets.lock == ""


def test_parameters_and_bodies_become_parameters(pets: Imported) -> None:
    requests = {name: list(each.fields) for name, each in pets.contract.messages.items() if name.endswith("Request")}
    assert requests["ListPetsRequest"] == ["limit", "tagName", "after"]
    # A body that has a name is one parameter, the fields of any other are some.
    assert requests["AddPetRequest"] == ["pet"]
    assert requests["PutPetsPetIdRequest"] == ["petId", "name", "isFree"]
    limit = pets.contract.messages["ListPetsRequest"].fields["limit"]
    assert (limit.type, limit.default, limit.doc) == (Scalar("int64", {"ge": 1, "le": 100}), 20, "How many.")


def test_types_are_those_of_the_schemas(pets: Imported) -> None:
    pet = pets.contract.messages["Pet"].fields
    assert pet["id"].type == Scalar("uuid")
    assert pet["name"].type == Scalar("string", {"min_length": 1, "max_length": 50, "pattern": "^[A-Z]"})
    assert pet["born"].type == Scalar("date")
    assert pet["state"].type == Choice(("free", "sold"))
    assert pet["tags"].type == ListOf(Scalar("string"), {"max_length": 5})
    assert pet["weights"].type == MapOf(Scalar("double", {"gt": 0}))
    assert pet["parents"].type == ListOf(Named("Pet"))
    assert (pet["note"].type, pet["note"].nullable) == (Scalar("string"), True)
    assert pet["fromValue"].type == Scalar("bool")
    # allOf is one message; fields of both directions are in it.
    assert list(pets.contract.messages["Dog"].fields)[-1] == "barks"
    shape = pets.contract.messages["ShapesResponse"].fields["value"].type
    assert shape == OneOf({"circle": Named("Circle"), "square": Named("Square")})


def test_answers_that_are_no_objects_are_values(pets: Imported) -> None:
    assert "async def list_pets(\n" in pets.module
    assert ") -> tuple[Pet, ...]:" in pets.module
    assert "async def delete_pet(self, pet_id: str) -> None:" in pets.module
    assert "async def shapes(self) -> Circle | Square:" in pets.module
    assert "GET /pets/{petId}" in pets.module


def test_what_a_contract_cannot_say_is_told_all_at_once(pets: Imported) -> None:
    told = {(each.code, each.where) for each in pets.unsaid}
    assert told >= {
        ("import.paths", "paths"),
        ("import.not_imported", "servers"),
        ("import.not_imported", "webhooks"),
        ("import.place", "GET /pets X-Trace"),
        ("import.not_imported", "GET /pets"),
        ("import.several_answers", "POST /pets"),
        ("import.media", "POST /upload"),
        ("import.other_media", "POST /pets"),
        ("import.schema", "Pet.anything"),
        ("import.renamed", "Pet.from (from_value)"),
        ("import.renamed", "GET /pets/{petId} 404.code (code_value)"),
        ("import.union", "GET /shapes 200"),
        ("import.bound", "Pet.odd"),
        ("import.null_items", "Pet.holes[]"),
    }


def test_the_module_is_as_formatters_write_it(pets: Imported, tmp_path: Path) -> None:
    (tmp_path / "pets.py").write_text(pets.module)
    for arguments in (["format", "--check"], ["check", "--select", "F,E9,I"]):
        command = [sys.executable, "-m", "ruff", *arguments, "--isolated", "."]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


WORDS = """
openapi: 3.0.0
info: {title: Words, version: "2019-12"}
paths:
  /a:
    get: {operationId: None, responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/None"}}}}}}
  /b:
    get: {operationId: NONE, responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/false"}}}}}}
  /c:
    get:
      operationId: class
      parameters:
        - {name: "filter[name]", in: query, schema: {type: string, default: x}}
        - {name: "filter-name", in: query, required: true, schema: {type: string}}
        - {name: 2nd, in: query, schema: {type: integer}}
        - {name: self, in: query, schema: {type: integer}}
      responses: {"200": {description: ok}}
components:
  schemas:
    None: {type: object, properties: {brother: {$ref: "#/components/schemas/false"}}}
    "false": {type: object, properties: {sister: {$ref: "#/components/schemas/None"}, int: {type: integer}, str: {type: string}}}
"""


def test_names_that_python_has_for_itself(imported: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = read_back(imported(WORDS, "words.yaml"), monkeypatch)
    assert contract.name == "words.words.v1"
    assert list(contract.operations) == ["none", "none2", "class_value"]
    parameters = contract.operations["class_value"].signature.parameters
    assert sorted(parameters) == ["filter_name", "filter_name2", "n2_nd", "self_value"]


TWICE = """
openapi: 3.0.0
info: {title: Two ways, version: "1"}
paths:
  /a:
    get: {operationId: find, responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/FindResponse"}}}}}}
    post: {operationId: find, responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/FindResponse"}}}}}}
components:
  schemas:
    FindResponse: {type: object, properties: {value: {type: array, items: {type: string}}}}
"""


def test_a_schema_that_two_operations_answer_is_a_class(imported: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    back = imported(TWICE, "twice.yaml")
    assert list(read_back(back, monkeypatch).operations) == ["find", "find2"]
    assert "class FindResponse(Message):" in back.module


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("openapi: 3.0.0\npaths: {}\n", "it has no operation"),
        ("openapi: 3.0.0\npaths: [", "line 3"),
        ("openapi: 2.0\n", "OpenAPI 2.0"),
        ("openapi: 3.0.0\npaths: {/a: {get: {responses: {'200': {$ref: '#/x'}}}}}\n", "'#/x' leads nowhere"),
        (
            (
                "openapi: 3.0.0\npaths: {/a: {get: {responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}}}}\n"
                "components: {schemas: {A: {allOf: [{$ref: '#/components/schemas/A'}]}}}\n"
            ),
            "made of each other",
        ),
    ],
)
def test_what_no_contract_can_be_made_of_is_told_in_words(imported: Import, text: str, told: str) -> None:
    with pytest.raises(PluresError) as caught:
        imported(text, "api.yaml")
    assert told in f"{caught.value} {caught.value.why}"


def test_a_name_that_is_none_is_refused(imported: Import) -> None:
    with pytest.raises(InvalidInput, match="'Pets' is no name of a contract"):
        imported(WORDS, "words.yaml", name="Pets")
